import { clusterStatus, listClusters, type ClusterStatus } from '@gantry/cluster/lifecycle';
import { ExitCode } from '../output/failure.js';
import { print, table } from '../output/format.js';
import type { CommonOptions } from '../options.js';

const STOPPED = 3;
const UNKNOWN = 4;
const HEADER = ['NAME', 'STATE', 'READY', 'SERVER', 'RUNTIME', 'NODES', 'PID', 'STARTED'];

/** Exit code 0 while its process runs, 3 when it is stopped, 4 when there is no such cluster. */
export async function status(options: CommonOptions): Promise<void> {
  const found = await clusterStatus(options.home, options.name);
  if (found === undefined) {
    process.stderr.write(`there is no cluster "${options.name}" under ${options.home}\n`);
    throw new ExitCode(UNKNOWN);
  }
  print(options.output, found, () => table(HEADER, [row(found)]));
  if (found.pid === undefined) throw new ExitCode(STOPPED);
}

export async function list(options: CommonOptions): Promise<void> {
  const found = await listClusters(options.home);
  print(options.output, found, () => (found.length === 0 ? `there are no clusters under ${options.home}; "gantry up" starts one` : table(HEADER, found.map(row))));
}

function row(status: ClusterStatus): string[] {
  return [status.name, status.state, status.ready ? 'yes' : 'no', status.server, runtimeText(status), nodesText(status), String(status.pid ?? '-'), status.startedAt ?? '-'];
}

/** `docker`, or `oci (crun 1.8.1, conmon 2.1.6)`. */
function runtimeText({ runtime, programs }: ClusterStatus): string {
  const versions = Object.entries(programs ?? {}).map((program) => program.join(' '));
  return versions.length === 0 ? runtime : `${runtime} (${versions.join(', ')})`;
}

/** `3`, or `3+100` with hollow ones beside them. */
function nodesText({ nodes, hollow }: ClusterStatus): string {
  return hollow === 0 ? String(nodes.length) : `${nodes.length}+${hollow}`;
}
