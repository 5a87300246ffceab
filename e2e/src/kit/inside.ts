import { background, type Background } from './background.js';
import { run, runOk, type RunResult } from './run.js';

/**
 * Runs programs of Node in the network of a pod or a node: what they reach and how they are seen is the pod's or the node's, and no image needs more
 * than a shell.
 */
export class Inside {
  constructor(private readonly cluster: string) {}

  async pod(name: string, script: string, ...args: readonly string[]): Promise<RunResult> {
    return run('nsenter', await this.#inPod(name, script, args));
  }

  async node(name: string, script: string, ...args: readonly string[]): Promise<RunResult> {
    const id = await this.#container(`io.gantry.node=${name}`, 'io.gantry.role=node');
    return run('nsenter', await inNetworkOf(id, script, args));
  }

  /** One that goes on. */
  async serveInPod(name: string, script: string, ...args: readonly string[]): Promise<Background> {
    return background('nsenter', await this.#inPod(name, script, args), process.env);
  }

  /** Where the machine itself is on the network of the nodes. */
  async gateway(): Promise<string> {
    return (await runOk('docker', ['network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', `gantry-${this.cluster}`])).trim();
  }

  async #inPod(name: string, script: string, args: readonly string[]): Promise<string[]> {
    return inNetworkOf(await this.#container(`io.gantry.pod.name=${name}`, 'io.gantry.type=container'), script, args);
  }

  async #container(...labels: readonly string[]): Promise<string> {
    const filters = [`io.gantry.cluster=${this.cluster}`, ...labels].flatMap((label) => ['--filter', `label=${label}`]);
    const [id = ''] = (await runOk('docker', ['ps', '-q', ...filters])).split('\n');
    if (id === '') throw new Error(`no container runs with ${labels.join(' and ')}`);
    return id;
  }
}

async function inNetworkOf(container: string, script: string, args: readonly string[]): Promise<string[]> {
  const pid = (await runOk('docker', ['inspect', '--format', '{{.State.Pid}}', container])).trim();
  return [`--net=/proc/${pid}/ns/net`, process.execPath, '-e', script, ...args];
}
