import type { metaV1, storagemigrationV1beta1 } from '@gantry/api-types';
import { isConflict, isNotFound } from '@gantry/apimachinery';
import type { Clock } from '@gantry/async';
import type { Client, KubeObject } from '@gantry/client';
import { STORAGEVERSIONMIGRATIONS } from '@gantry/client';
import { formatTime, parseTime } from '@gantry/controller';
import type { Reconcile, ReconcileResult } from '@gantry/controller';
import type { DiscoveredResource } from '../resources/discovered-resource.js';

type Migration = storagemigrationV1beta1.StorageVersionMigration;

/** Objects that are read at a time. */
const PAGE = 500;
/** Milliseconds for which a resource may be missing: its kind may be about to be served. */
const PATIENCE = 60_000;

export interface MigratorDependencies {
  readonly client: Client;
  readonly clock: Clock;
  readonly migration: (name: string) => Migration | undefined;
  readonly resources: () => Promise<readonly DiscoveredResource[]>;
}

function isFinished({ status }: Migration): boolean {
  return status?.conditions?.some((condition) => (condition.type === 'Succeeded' || condition.type === 'Failed') && condition.status === 'True') ?? false;
}

/** Writes an object as it is: what is stored in an old form is stored in the new one, all else stays. One that somebody else wrote or removed meanwhile needs no more. */
async function rewrite(client: Client, resource: DiscoveredResource, { metadata = {} }: KubeObject): Promise<void> {
  const { name = '', namespace, uid, resourceVersion } = metadata;
  try {
    await client.resource(resource, namespace).patch(name, 'application/merge-patch+json', { metadata: { uid, resourceVersion } });
  } catch (error) {
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}

async function rewriteAll(client: Client, resource: DiscoveredResource, signal: AbortSignal): Promise<void> {
  let next: string | undefined;
  do {
    const { items, metadata } = await client.resource<KubeObject>(resource).list({ limit: PAGE, signal, ...(next !== undefined && { continue: next }) });
    for (const item of items) await rewrite(client, resource, item);
    next = metadata.continue || undefined;
  } while (next !== undefined);
}

async function write({ client, clock }: MigratorDependencies, migration: Migration, type: 'Running' | 'Succeeded' | 'Failed', reason: string, message = '', resourceVersion?: string): Promise<Migration> {
  const others = (migration.status?.conditions ?? []).filter((condition) => condition.type !== type && condition.type !== 'Running');
  const condition: metaV1.Condition = { type, status: 'True', reason, message, lastTransitionTime: formatTime(clock.now()) };
  const status = { ...migration.status, ...(resourceVersion !== undefined && { resourceVersion }), conditions: [...others, condition] };
  return client.resource(STORAGEVERSIONMIGRATIONS).updateStatus({ ...migration, status });
}

async function migrate(dependencies: MigratorDependencies, migration: Migration, signal: AbortSignal): Promise<ReconcileResult | undefined> {
  const { client, clock, resources } = dependencies;
  const { group = '', resource: plural = '' } = migration.spec?.resource ?? {};
  const resource = (await resources()).find((one) => one.group === group && one.resource === plural);
  if (resource === undefined) {
    const left = parseTime(migration.metadata?.creationTimestamp) + PATIENCE - clock.now();
    if (left > 0) return { requeueAfter: left };
    await write(dependencies, migration, 'Failed', 'StorageVersionMigrationFailed', 'unable to obtain GVR from discovery');
    return undefined;
  }
  const { metadata } = await client.resource<KubeObject>(resource).list({ limit: 1, signal });
  const running = await write(dependencies, migration, 'Running', 'StorageVersionMigrationInProgress', '', migration.status?.resourceVersion ?? metadata.resourceVersion);
  await rewriteAll(client, resource, signal);
  await write(dependencies, running, 'Succeeded', 'StorageVersionMigrationSucceeded');
  return undefined;
}

/** Stores all objects of a resource in the form in which they would be written today. Killed at any line, it begins again: what is done costs a look. */
export function createReconcile(dependencies: MigratorDependencies): Reconcile {
  return async (name, signal) => {
    const migration = dependencies.migration(name);
    if (migration === undefined || isFinished(migration)) return undefined;
    try {
      return await migrate(dependencies, migration, signal);
    } catch (error) {
      // Somebody else wrote the migration: that wakes this again.
      if (!isConflict(error) && !isNotFound(error)) throw error;
      return undefined;
    }
  };
}
