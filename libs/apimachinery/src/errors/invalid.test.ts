import { expect, it } from 'vitest';
import { invalid } from '../fields/build.js';
import { newInvalid } from './constructors.js';

const kind = { group: '', kind: 'ConfigMap' };

it('tells all causes of a refusal', () => {
  const { status } = newInvalid(kind, 'a', Array.from({ length: 2000 }, (_, index) => invalid('metadata.labels', String(index), 'no')));
  expect(status.details?.causes).toHaveLength(2000);
});

it('tells the first causes alone where all of them would be more than anybody reads', () => {
  const list = Array.from({ length: 20_000 }, (_, index) => ({ name: `item-${String(index)}` }));
  const { status } = newInvalid(kind, 'a', list.map(() => invalid('spec.list', list, 'no')));
  expect(status.details?.causes).toHaveLength(2);
  expect(newInvalid(kind, 'a', [invalid('data', 'x'.repeat(2_000_000), 'no')]).status.details?.causes).toHaveLength(1);
});
