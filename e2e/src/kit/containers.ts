import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Places } from '@gantry/cluster/lifecycle';
import { run, runOk } from './run.js';

/** A container of a pod, as it is seen from outside of the cluster. */
export interface RunningContainer {
  readonly id: string;
  readonly podName: string;
  readonly podUid: string;
  /** Process 1 in it, as this machine numbers it. */
  readonly pid: number;
}

/** What runs of a cluster on this machine. */
export interface Containers {
  /** Those of pods, of one node or of all, by id. */
  running(node?: string): Promise<RunningContainer[]>;
  /** Path of the network namespace of a node. */
  networkOf(node: string): Promise<string>;
  /** Takes it away, whatever uses it. */
  removeNetworkOf(node: string): Promise<void>;
  /** Ends all of a node at once, also what holds the namespaces of its pods. */
  kill(node: string): Promise<void>;
}

/** On the engine, by the value of their label `io.gantry.cluster`. */
export function containersOnEngine(label: string): Containers {
  const filters = (...labels: readonly string[]): string[] => [`io.gantry.cluster=${label}`, ...labels].flatMap((one) => ['--filter', `label=${one}`]);
  const ids = async (...labels: readonly string[]): Promise<string[]> => wordsOf(await runOk('docker', ['ps', '-q', '--no-trunc', ...filters(...labels)]));
  return {
    async running(node) {
      const all = await ids('io.gantry.type=container', ...(node === undefined ? [] : [`io.gantry.node=${node}`]));
      if (all.length === 0) return [];
      // One that ends meanwhile is not there any more.
      const { stdout } = await run('docker', ['inspect', '--format', '{{.Id}} {{index .Config.Labels "io.gantry.pod.name"}} {{index .Config.Labels "io.gantry.pod.uid"}} {{.State.Pid}}', ...all]);
      return byId(stdout.split('\n').flatMap((line) => {
        const [id = '', podName = '', podUid = '', pid = '0'] = line.split(' ');
        return pid === '0' ? [] : [{ id, podName, podUid, pid: Number(pid) }];
      }));
    },
    async networkOf(node) {
      const [id = ''] = await ids(`io.gantry.node=${node}`, 'io.gantry.role=node');
      return `/proc/${(await runOk('docker', ['inspect', '--format', '{{.State.Pid}}', id])).trim()}/ns/net`;
    },
    removeNetworkOf: async (node) => void (await runOk('docker', ['rm', '--force', ...(await ids(`io.gantry.node=${node}`, 'io.gantry.role=node'))])),
    kill: async (node) => void (await run('docker', ['kill', ...(await ids(`io.gantry.node=${node}`))])),
  };
}

/** Without an engine, by the files that say what there is. */
export function containersWithoutEngine({ containers, instance }: Places): Containers {
  const nodes = async (node?: string): Promise<string[]> => (node === undefined ? readdir(containers).catch(() => []) : [node]);
  return {
    running: async (node) => byId((await Promise.all((await nodes(node)).map((one) => runningBelow(join(containers, one))))).flat()),
    networkOf: (node) => Promise.resolve(`/run/netns/gantry-${instance}-${node}`),
    removeNetworkOf: async (node) => void (await runOk('ip', ['netns', 'del', `gantry-${instance}-${node}`])),
    async kill(node) {
      for (const pid of [...(await holdersBelow(join(containers, node))), ...(await processesWith(join(containers, node), `/${instance}/${node}/`))]) killIfThere(pid);
    },
  };
}

interface Record {
  readonly id: string;
  readonly podUid: string;
  readonly sandboxId: string;
}

async function runningBelow(root: string): Promise<RunningContainer[]> {
  const ids = await readdir(join(root, 'containers')).catch((): string[] => []);
  const found = await Promise.all(ids.map(async (id): Promise<RunningContainer[]> => {
    const [record, pid] = await Promise.all([readFile(join(root, 'containers', id, 'container.json'), 'utf8'), readFile(join(root, 'containers', id, 'pid'), 'utf8')]).catch(() => ['', '']);
    if (!isRunning(pid)) return [];
    const { podUid, sandboxId } = JSON.parse(record) as Record;
    const sandbox = JSON.parse(await readFile(join(root, 'sandboxes', sandboxId, 'sandbox.json'), 'utf8')) as { config: { metadata: { name: string } } };
    return [{ id, podName: sandbox.config.metadata.name, podUid, pid: Number(pid) }];
  }));
  return found.flat();
}

/** What holds the namespaces of pods. */
async function holdersBelow(root: string): Promise<number[]> {
  const ids = await readdir(join(root, 'sandboxes')).catch((): string[] => []);
  const records = await Promise.all(ids.map((id) => readFile(join(root, 'sandboxes', id, 'sandbox.json'), 'utf8').catch(() => '{}')));
  return records.flatMap((text) => (JSON.parse(text) as { holder?: { pid: number } }).holder?.pid ?? []);
}

/** Processes of which a word, or the control group, says so. */
async function processesWith(word: string, group: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(pids.map(async (pid) => {
    const [command, groups] = await Promise.all(['cmdline', 'cgroup'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')));
    return command?.includes(word) === true || groups?.includes(group) === true ? [Number(pid)] : [];
  }));
  return found.flat();
}

function isRunning(pid: string): boolean {
  try {
    return pid.trim() !== '' && process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended with another.
  }
}

function byId(containers: readonly RunningContainer[]): RunningContainer[] {
  return containers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function wordsOf(text: string): string[] {
  return text.split('\n').filter((word) => word !== '');
}
