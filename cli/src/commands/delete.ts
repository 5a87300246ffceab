import { deleteCluster } from '@gantry/cluster/delete';
import type { CommonOptions } from '../options.js';

export async function remove(options: CommonOptions): Promise<void> {
  const removed = await deleteCluster(options.home, options.name);
  process.stdout.write(`cluster "${options.name}" deleted: ${removed.containers} containers, ${removed.networks} networks, its files and its kubeconfig entries\n`);
}
