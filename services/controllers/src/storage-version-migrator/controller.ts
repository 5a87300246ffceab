import { STORAGEVERSIONMIGRATIONS } from '@gantry/client';
import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { keyOf } from '../ownership/controller-ref.js';
import { createReconcile } from './reconcile.js';

/** Migrations of what is stored to the form of today. */
export const storageVersionMigrator: Controller = {
  name: 'storage-version-migrator-controller',
  start(context) {
    const { client, clock, resources, informers } = context;
    const migrations = informers.all.informer(STORAGEVERSIONMIGRATIONS);
    const reconcile = createReconcile({ client, clock, resources, migration: (name) => migrations.lister.get(name) });
    return startLoop({ name: this.name, context, reconcile, connect: (queue) => [enqueueAll(migrations, queue, (migration) => [keyOf(migration)])] });
  },
};
