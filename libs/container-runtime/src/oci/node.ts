import { availableParallelism } from 'node:os';
import { Semaphore, silentLogger } from '@gantry/async';
import type { Logger } from '@gantry/async';
import { makeRoomForGroups, openCgroups, podCgroup } from './cgroups.js';
import type { Cgroups } from './cgroups.js';
import { runCommand } from './command.js';
import type { Events } from './events.js';
import { openLedger } from './ledger.js';
import type { Ledger, OpenedLedger } from './ledger.js';
import { describeMachine } from './machine.js';
import type { OciOptions } from './options.js';
import { ociPlaces } from './places.js';
import type { OciPlaces } from './places.js';
import type { ContainerRecord } from './records.js';
import type { Machine } from './spec/container-spec.js';
import { Turns } from './turns.js';

/** What all verbs of one node share. */
export interface OciNode {
  readonly options: OciOptions;
  readonly logger: Logger;
  readonly places: OciPlaces;
  readonly ledger: Ledger;
  readonly cgroups: Cgroups;
  readonly machine: Machine;
  readonly events: Events;
  /** For each sandbox and container, one change at a time. */
  readonly turns: Turns;
  /** Admits what costs much of the processors: with more at once each only takes longer. */
  readonly heavy: Semaphore;
  /** Aborted: another process may have taken over, and what is seen here is not told or written down any more. */
  readonly closed: AbortSignal;
  /** Runs the runtime's own program on what it keeps of this node. */
  runtime(...args: readonly string[]): Promise<string>;
  cgroupOf(record: Pick<ContainerRecord, 'id' | 'podUid'>): string;
  /** The name under which a container holds its image. */
  holderOf(id: string): string;
}

export async function openNode(options: OciOptions, events: Events, closed: AbortSignal): Promise<{ node: OciNode; nameless: OpenedLedger['nameless'] }> {
  const places = ociPlaces(options.root);
  const { ledger, nameless } = await openLedger(places);
  const logger = options.logger ?? silentLogger;
  await makeRoomForGroups().catch((error: unknown) => logger.warn({ error: String(error) }, 'control groups cannot be made below that of this container'));
  const cgroups = openCgroups();
  const node: OciNode = {
    options, logger, places, ledger, cgroups, events, closed,
    machine: describeMachine(cgroups),
    turns: new Turns(),
    heavy: new Semaphore(2 * availableParallelism()),
    runtime: (...args) => runCommand(options.binary.path, ['--root', places.state, ...args]),
    cgroupOf: ({ id, podUid }) => `${podCgroup(options, podUid)}/${id}`,
    holderOf: (id) => `${holderPrefix(options)}${id}`,
  };
  return { node, nameless };
}

/** Of all names under which containers of this node hold images. */
export function holderPrefix({ cluster, node }: Pick<OciOptions, 'cluster' | 'node'>): string {
  return `${cluster}.${node}.`;
}
