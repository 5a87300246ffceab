import { defineKind } from '../../define-kind.js';
import type { TypedStrategy } from '../../define-kind.js';
import { column, nameColumn } from '../../printing/columns.js';
import type { DefaultedMigration } from './validation.js';
import { validateMigration, validateMigrationStatusUpdate, validateMigrationUpdate } from './validation.js';

const strategy: TypedStrategy<DefaultedMigration> = {
  prepareForCreate: (migration) => {
    migration.status = {};
  },
  validate: validateMigration,
  prepareForUpdate: (migration, old) => {
    migration.status = old.status;
  },
  validateUpdate: validateMigrationUpdate,
  allowUnconditionalUpdate: false,
};

/** Served in the version that v1.36 has: no `v1` came before v1.37. */
export const storageVersionMigration = defineKind<DefaultedMigration>({
  group: 'storagemigration.k8s.io',
  version: 'v1beta1',
  kind: 'StorageVersionMigration',
  listKind: 'StorageVersionMigrationList',
  resource: 'storageversionmigrations',
  singular: 'storageversionmigration',
  shortNames: [],
  categories: [],
  namespaced: false,
  defaults: (migration) => {
    migration.metadata ??= {};
    migration.spec ??= { resource: { group: '', resource: '' } };
    migration.spec.resource ??= { group: '', resource: '' };
    migration.status ??= {};
  },
  strategy,
  statusStrategy: {
    ...strategy,
    prepareForUpdate: (migration, old) => {
      migration.spec = old.spec;
    },
    validateUpdate: validateMigrationStatusUpdate,
    resetFields: ['metadata', 'spec'],
  },
  columns: [
    nameColumn(),
    column('Resource', 'What is migrated.', ({ spec: { resource } }) => (resource.group ? `${resource.resource}.${resource.group}` : resource.resource)),
    column('Status', 'How far it is.', ({ status }) => status.conditions?.findLast((condition) => condition.status === 'True')?.type ?? 'Unknown'),
  ],
  selectableFields: {},
});
