import { readlinkSync } from 'node:fs';
import { isAlive } from '@gantry/machine';
import type { SandboxRecord } from './records.js';

/** Whether the sandbox's namespaces are there, and those of the node where it is to be in the node's network. */
export function sandboxHolds({ holder, stopped, config }: SandboxRecord): boolean {
  if (holder === undefined || stopped === true || !isAlive(holder)) return false;
  return config.network === 'pod' || isInOwnNetwork(holder.pid);
}

/** The node's network may be another one by now: whoever joined its predecessor is stranded. */
function isInOwnNetwork(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net');
  } catch {
    return false;
  }
}
