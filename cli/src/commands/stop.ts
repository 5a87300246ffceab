import { ClusterError, clusterStatus, stopCluster } from '@gantry/cluster/lifecycle';
import type { CommonOptions } from '../options.js';

export async function stop(options: CommonOptions): Promise<void> {
  if ((await clusterStatus(options.home, options.name)) === undefined) throw new ClusterError(`there is no cluster "${options.name}" under ${options.home}`, 'see what there is with "gantry list"');
  const outcome = await stopCluster(options.home, options.name);
  const text = { stopped: 'stopped; its objects are kept', killed: 'did not stop in time and was killed; the next start takes up what it left', 'was not running': 'was not running' }[outcome];
  process.stdout.write(`cluster "${options.name}" ${text}\n`);
}
