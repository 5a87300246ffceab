import { kinds } from '@gantry/resources';
import { expect, it } from 'vitest';
import { SERVED_RESOURCES } from './discovered-resource.js';

/** What is not here outlives its namespace and its owners: a role binding would wait for the next namespace of its name. */
it('names every kind that is stored', () => {
  const nameOf = ({ group, resource, namespaced }: { group: string; resource: string; namespaced: boolean }): string => `${group}/${resource} ${namespaced ? 'namespaced' : 'of the cluster'}`;
  const stored = kinds.filter(({ storedAs }) => storedAs === undefined).map(nameOf);
  expect(SERVED_RESOURCES.map(nameOf).sort()).toEqual(stored.sort());
});
