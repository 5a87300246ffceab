import { readFile } from 'node:fs/promises';
import { placesOf } from '@gantry/cluster/lifecycle';
import type { ClusterForm, FormCluster } from './form.js';
import { gantryIn, type Gantry } from './gantry.js';
import { run, runOk } from './run.js';
import { tracesOf } from './traces.js';

/** A cluster by the `gantry` command, a new one each time. */
export const standaloneForm: ClusterForm = { title: '', cluster };

async function cluster(name: string): Promise<FormCluster> {
  const gantry = await gantryIn(name);
  const before = await tracesOf(name, gantry.home);
  return {
    kubeconfig: gantry.kubeconfig,
    label: name,
    up: async (nodes) => void (await gantry('up', '--detach', '--nodes', String(nodes))),
    killNode: (node) => killNode(gantry, node),
    delete: async () => void (await gantry('delete')),
    left: async () => (await tracesOf(name, gantry.home)).filter((trace) => !before.includes(trace)),
    dispose: () => gantry.dispose(),
  };
}

async function killNode(gantry: Gantry, node: string): Promise<void> {
  process.kill(await processOfNode(gantry, node), 'SIGKILL');
  const containers = await runOk('docker', ['ps', '-q', '--filter', `label=io.gantry.cluster=${gantry.cluster}`, '--filter', `label=io.gantry.node=${node}`]);
  await runOk('docker', ['kill', ...containers.trim().split('\n')]);
}

/** Of the processes below the one that holds the cluster's lock, that which was told this node's name. */
export async function processOfNode({ home, cluster }: Gantry, node: string): Promise<number> {
  const { pid } = JSON.parse(await readFile(placesOf(home, cluster).lock, 'utf8')) as { pid: number };
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
  const container = await runOk('docker', ['inspect', '--format', '{{.State.Pid}}', `gantry-${cluster}-${node}`]);
  const network = await networkOf(container.trim());
  for (const child of children) if ((await networkOf(child)) === network) return Number(child);
  throw new Error(`no process of ${cluster} is in the network of ${node}`);
}

async function networkOf(pid: string): Promise<string> {
  return (await run('readlink', [`/proc/${pid}/ns/net`])).stdout.trim();
}
