import { FakeClock } from '@gantry/async';
import { encode } from 'dns-packet';
import { expect, it } from 'vitest';
import type { Handler } from '../plugin.js';
import { makeQuery } from '../wire/make-query.js';
import { nameOf } from '../wire/query.js';
import { cache } from './cache.js';

const query = (name: string) => makeQuery(name, { type: 1, flags: 0, edns: undefined })!;

function cached(limits: { entries?: number; bytes?: number }) {
  const asked: string[] = [];
  const next: Handler = async (asks) => {
    asked.push(nameOf(asks));
    const name = nameOf(asks);
    return { packet: encode({ type: 'response', questions: [{ name, type: 'A' }], answers: [{ name, type: 'A', ttl: 9, data: '192.0.2.1' }] }), age: 0 };
  };
  return { asked, handler: cache({ clock: new FakeClock(), ...limits })(next) };
}

it.each([
  ['as many answers as allowed', { entries: 2 }],
  ['as many bytes as allowed', { bytes: 110 }],
])('keeps %s, those longest not asked for going first', async (_sentence, limits) => {
  const { asked, handler } = cached(limits);
  for (const name of ['a.test', 'b.test', 'a.test', 'c.test', 'a.test', 'b.test']) await handler(query(name));
  expect(asked).toEqual(['a.test', 'b.test', 'c.test', 'b.test']);
});

it('does not take a dot inside a label for one between labels', async () => {
  const { asked, handler } = cached({});
  const odd = query('axb.test');
  odd.packet[14] = 46;
  await handler(query('a.b.test'));
  await handler(odd);
  expect(asked).toHaveLength(2);
});
