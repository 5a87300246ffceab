import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../errors/status-error.js';
import { schemaOf } from '../schema/schema-model.js';
import { EMPTY, members } from './field-set.js';
import { trackApply } from './track-apply.js';
import { trackCreate } from './track-update.js';
import type { ManagedObject } from './track-update.js';
import { toFieldSet } from './to-field-set.js';
import { valueTypeOf } from './value-type.js';
import type { FieldVersions } from './versioned-change.js';

const type = valueTypeOf(schemaOf({ group: '', version: 'v1', kind: 'Pod' })!);
const versions: FieldVersions = { apiVersion: 'v1', ignored: EMPTY, typeOf: (version) => (version === 'v1' ? type : undefined), convert: (object) => object };
const nothing = { apiVersion: 'v1', kind: 'Pod', metadata: {} };
const named = { name: 'p' };
const empty: Config = { apiVersion: 'v1', kind: 'Pod', metadata: named };

type Config = ManagedObject & { metadata: object };

/** Parts of a pod that have every relation that there is: maps by keys, one of them with a default, sets, atoms, structs. */
const items = <T extends object>(rest: fc.Arbitrary<T>): fc.Arbitrary<(T & { name: string })[]> => fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), rest).map(([name, more]) => ({ name, ...more })), { selector: ({ name }) => name, minLength: 1, maxLength: 3 });
const value = fc.constantFrom('1', '2');
const port = fc.record({ containerPort: fc.constantFrom(80, 81), protocol: fc.constantFrom('TCP', 'UDP'), name: value }, { requiredKeys: ['containerPort'] });
const ports = fc.uniqueArray(port, { selector: ({ containerPort, protocol = 'TCP' }) => `${String(containerPort)}${protocol}`, minLength: 1, maxLength: 3 });
const container = fc.record({ image: value, env: items(fc.record({ value }, { requiredKeys: [] })), ports, args: fc.array(value, { minLength: 1, maxLength: 2 }) }, { requiredKeys: [] });
const spec = fc.record({ containers: items(container), tolerations: fc.array(fc.record({ key: value }), { minLength: 1, maxLength: 2 }), nodeSelector: fc.dictionary(value, value, { minKeys: 1 }), priority: fc.constantFrom(1, 2) }, { requiredKeys: [] });
const metadata = fc.record({ labels: fc.dictionary(value, value, { minKeys: 1 }), finalizers: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 }) }, { requiredKeys: [] });
const config: fc.Arbitrary<Config> = fc.record({ metadata, spec }, { requiredKeys: ['metadata'] }).map((parts) => ({ ...empty, ...parts, metadata: { ...named, ...parts.metadata } }));

/** What a server does with nulls behind an apply: they go. */
const settled = (object: ManagedObject): ManagedObject => JSON.parse(JSON.stringify(object, (_name, one: unknown) => one ?? undefined)) as ManagedObject;
const apply = (live: ManagedObject, wish: Config, manager: string, force = false): ManagedObject =>
  settled(trackApply(versions, live, { config: wish, by: { manager, operation: 'Apply', apiVersion: 'v1', subresource: '' }, force, now: '2026-01-01T00:00:00Z', title: 'x' }));
const bare = ({ metadata: { managedFields: _, ...rest }, ...object }: ManagedObject): object => ({ ...object, metadata: rest });
const managers = ({ metadata: { managedFields = [] } }: ManagedObject): string[] => (managedFields as { manager: string }[]).map(({ manager }) => manager);
const owned = (object: ManagedObject, name: string): string[] => {
  const entry = ((object.metadata.managedFields ?? []) as { manager: string; fieldsV1: typeof EMPTY }[]).find(({ manager }) => manager === name);
  return [...members(entry?.fieldsV1 ?? EMPTY)].map((path) => path.join(' '));
};
/** Every leaf of a configuration that is not kind, version or name. */
const leaves = (wish: Config): string[] => [...members(toFieldSet(type, wish))].map((path) => path.join(' ')).filter((path) => path !== 'f:apiVersion' && path !== 'f:kind' && path !== 'f:metadata f:name');

describe('an apply', () => {
  it('creates what it says and manages all of that', () => {
    fc.assert(fc.property(config, (a) => {
      const made = apply(nothing, a, 'one');
      expect(bare(made)).toEqual(a);
      expect(owned(made, 'one')).toEqual(leaves(a));
    }));
  });

  it('is idempotent', () => {
    fc.assert(fc.property(config, config, (a, b) => {
      const once = apply(apply(nothing, a, 'one'), b, 'two', true);
      expect(apply(once, b, 'two')).toEqual(once);
    }));
  });

  it('by one manager makes the object what it says, whatever it said before', () => {
    fc.assert(fc.property(config, config, (a, b) => {
      const after = apply(apply(nothing, a, 'one'), b, 'one');
      expect(settled(toPlain(bare(after)))).toEqual(settled(toPlain(b)));
      expect(owned(after, 'one')).toEqual(leaves(b));
    }));
  });

  it('of nothing takes away what its manager alone had, and nothing else', () => {
    fc.assert(fc.property(config, config, (a, b) => {
      const both = apply(apply(nothing, a, 'one'), b, 'two', true);
      const left = apply(both, empty, 'one', true);
      expect(managers(left)).not.toContain('one');
      expect(owned(left, 'two')).toEqual(leaves(b));
      expect(settled(toPlain(bare(left)))).toEqual(settled(toPlain(b)));
    }));
  });

  it('with force always wins: all that it says is so, is its own, and nobody else has another value of it', () => {
    fc.assert(fc.property(config, config, config, (a, b, c) => {
      const after = apply(apply(apply(nothing, a, 'one'), b, 'two', true), c, 'three', true);
      expect(owned(after, 'three')).toEqual(leaves(c));
      expect(apply(after, c, 'three')).toEqual(after);
    }));
  });

  it('without force changes nothing of what others manage, or is refused', () => {
    fc.assert(fc.property(config, config, (a, b) => {
      const first = apply(nothing, a, 'one');
      let second: ManagedObject;
      try {
        second = apply(first, b, 'two');
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        expect(error.code).toBe(409);
        return;
      }
      expect(owned(second, 'one')).toEqual(leaves(a));
      expect(toPlain(apply(second, a, 'one'))).toEqual(toPlain(second));
    }));
  });

  it('of two managers comes to the same in either order, or is refused in both', () => {
    let agreed = 0;
    fc.assert(fc.property(config, config, (a, b) => {
      const [first, second] = [inTurn(a, 'one', b, 'two'), inTurn(b, 'two', a, 'one')];
      expect(second === undefined).toBe(first === undefined);
      if (first === undefined || second === undefined) return;
      agreed += 1;
      expect(toPlain(bare(second))).toEqual(toPlain(bare(first)));
      for (const name of ['one', 'two']) expect(owned(second, name)).toEqual(owned(first, name));
    }), { numRuns: 300 });
    expect(agreed).toBeGreaterThan(10);
  });

  it('over what somebody made otherwise conflicts where it differs, and shares what is the same', () => {
    fc.assert(fc.property(config, (a) => {
      const made = structuredClone(a);
      trackCreate(versions, made, { by: { manager: 'maker', operation: 'Update', apiVersion: 'v1', subresource: '' }, now: '2026-01-01T00:00:00Z' });
      const after = apply(made, a, 'one');
      expect(bare(after)).toEqual(a);
      expect(owned(after, 'one')).toEqual(leaves(a));
    }));
  });
});

/** What two applies without force make; undefined where the second conflicts. */
function inTurn(a: Config, one: string, b: Config, two: string): ManagedObject | undefined {
  const first = apply(nothing, a, one);
  try {
    return apply(first, b, two);
  } catch (error) {
    if (error instanceof StatusError && error.code === 409) return undefined;
    throw error;
  }
}

/** Items in one order, defaults of keys filled in, without what became empty: what does not matter here. */
function toPlain(one: unknown): ManagedObject {
  const plain = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(plain).map((item) => JSON.stringify(item)).sort();
    if (typeof inner !== 'object' || inner === null) return inner;
    const fields = Object.entries(inner).map(([name, field]) => [name, plain(field)] as const).filter(([, field]) => field !== undefined);
    const filled = 'containerPort' in inner && !('protocol' in inner) ? [...fields, ['protocol', 'TCP'] as const] : fields;
    return filled.length === 0 ? undefined : Object.fromEntries(filled.sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return (plain(one) ?? {}) as ManagedObject;
}
