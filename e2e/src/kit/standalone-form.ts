import { readFile } from 'node:fs/promises';
import { placesOf } from '@gantry/cluster/lifecycle';
import { containersOnEngine, containersWithoutEngine, type Containers } from './containers.js';
import type { ClusterForm, FormCluster, RuntimeUnderTest } from './form.js';
import { gantryIn, type Gantry } from './gantry.js';
import { run } from './run.js';
import { tracesOf } from './traces.js';

/** A cluster by the `gantry` command, a new one each time. */
export function standaloneForm(runtime: RuntimeUnderTest = runtimeUnderTest()): ClusterForm {
  return { title: runtime === 'docker' ? '' : ' without an engine', runtime, cluster: (name) => cluster(name, runtime) };
}

/** What `GANTRY_RUNTIME` says to the command as well; Docker unless it says anything. */
export function runtimeUnderTest(): RuntimeUnderTest {
  return process.env['GANTRY_RUNTIME'] === 'oci' ? 'oci' : 'docker';
}

/** What runs of a cluster that the command started. */
export function containersOf({ cluster: name, home }: Gantry, runtime: RuntimeUnderTest = runtimeUnderTest()): Containers {
  return runtime === 'docker' ? containersOnEngine(name) : containersWithoutEngine(placesOf(home, name));
}

async function cluster(name: string, runtime: RuntimeUnderTest): Promise<FormCluster> {
  const gantry = await gantryIn(name, runtime);
  const before = await tracesOf(name, gantry.home);
  const containers = containersOf(gantry, runtime);
  return {
    kubeconfig: gantry.kubeconfig,
    containers,
    up: async (nodes) => void (await gantry('up', '--detach', '--nodes', String(nodes))),
    killNode: async (node) => {
      process.kill(await processOfNode(gantry, node, containers), 'SIGKILL');
      await containers.kill(node);
    },
    delete: async () => void (await gantry('delete')),
    left: async () => (await tracesOf(name, gantry.home)).filter((trace) => !before.includes(trace)),
    dispose: () => gantry.dispose(),
  };
}

/** Of the processes below the one that holds the cluster's lock, that which is in the network of the node. */
export async function processOfNode(gantry: Gantry, node: string, containers: Containers = containersOf(gantry)): Promise<number> {
  const { pid } = JSON.parse(await readFile(placesOf(gantry.home, gantry.cluster).lock, 'utf8')) as { pid: number };
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
  const network = await namespaceAt(await containers.networkOf(node));
  for (const child of children) if ((await namespaceAt(`/proc/${child}/ns/net`)) === network) return Number(child);
  throw new Error(`no process of ${gantry.cluster} is in the network of ${node}`);
}

/** Device and inode of what a path leads to. */
async function namespaceAt(path: string): Promise<string> {
  return (await run('stat', ['--dereference', '--format', '%d:%i', path])).stdout.trim();
}
