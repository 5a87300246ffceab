import { background, type Background } from './background.js';
import type { Containers } from './containers.js';
import { run, runOk, type RunResult } from './run.js';

/**
 * Runs programs of Node in the network of a pod or a node: what they reach and how they are seen is the pod's or the node's, and no image needs more
 * than a shell.
 */
export class Inside {
  constructor(private readonly containers: Containers) {}

  async pod(name: string, script: string, ...args: readonly string[]): Promise<RunResult> {
    return run('nsenter', inNetwork(await this.#networkOfPod(name), script, args));
  }

  async node(name: string, script: string, ...args: readonly string[]): Promise<RunResult> {
    return run('nsenter', inNetwork(await this.containers.networkOf(name), script, args));
  }

  /** One that goes on. */
  async serveInPod(name: string, script: string, ...args: readonly string[]): Promise<Background> {
    return background('nsenter', inNetwork(await this.#networkOfPod(name), script, args), process.env);
  }

  /** Where the machine itself is on the network of the nodes: their way out. */
  async gateway(): Promise<string> {
    const routes = await runOk('nsenter', [`--net=${await this.containers.networkOf('node-1')}`, 'ip', '-4', 'route', 'show', 'default']);
    return /^default via (\S+)/.exec(routes)?.[1] ?? '';
  }

  async #networkOfPod(name: string): Promise<string> {
    const container = (await this.containers.running()).find(({ podName }) => podName === name);
    if (container === undefined) throw new Error(`no container of the pod ${name} runs`);
    return `/proc/${container.pid}/ns/net`;
  }
}

function inNetwork(network: string, script: string, args: readonly string[]): string[] {
  return [`--net=${network}`, process.execPath, '-e', script, ...args];
}
