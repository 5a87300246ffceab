import { Failpoints } from '@gantry/async';
import { expect, it } from 'vitest';
import { WatchReader } from '../watch-reader.suite.js';
import { change, create, history, MERGE, PATH, randomOf, readUntil, replica, shown, textOf, toldBetween } from './scene.suite.js';
import type { Change } from './scene.suite.js';

const isWatch = ({ subject }: { subject: string }): boolean => subject.startsWith('watch.');

it('invariant 6: a watch is ordered and has no duplicates, whatever the bus does', async () => {
  const api = await replica();
  const watch = await WatchReader.open(api.admin, PATH);
  const random = randomOf(6);
  const { faults } = api.bus;
  const kinds = [() => faults.duplicate(isWatch, { at: 'delivery' }), () => faults.reorder(isWatch, { at: 'delivery' }), () => faults.duplicate(isWatch, { at: 'send' }), () => faults.reorder(isWatch, { at: 'send' })];
  for (const kind of kinds) {
    const fault = kind();
    for (let step = 0; step < 40; step++) await change(api, random, step);
    fault.remove();
    await api.bus.watch.purgeTo((await api.storage.currentRevision()) + 1);
  }
  const last = await create(api, 'last');
  expect(await readUntil(watch, 'last')).toEqual(toldBetween(await history(api), 0, last));
  watch.close();
});

it('invariant 7: a watch misses nothing when publishes are lost, the stream is emptied and the last message is gone', async () => {
  const api = await replica();
  const watch = await WatchReader.open(api.admin, PATH);
  const random = randomOf(7);
  let sent = 0;
  const fault = api.bus.faults.drop((message) => isWatch(message) && sent++ % 10 === 0, { at: 'send' });
  for (let step = 0; step < 60; step++) {
    await change(api, random, step);
    if (step === 30) await api.bus.watch.purgeTo((await api.storage.currentRevision()) + 1);
  }
  fault.remove();
  const lost = api.bus.faults.drop(isWatch, { at: 'send' });
  const last = await create(api, 'last');
  expect(await readUntil(watch, 'last')).toEqual(toldBetween(await history(api), 0, last));
  lost.remove();
  watch.close();
});

it('invariant 8: a watch resumes at any kept revision on any replica', async () => {
  const first = await replica({ limits: { ringEvents: 3 } });
  const apis = [first, await replica({ beside: first, limits: { ringEvents: 200 } })];
  const random = randomOf(8);
  const told: string[] = [];
  let seen = Number((await first.call('GET', PATH)).body.metadata.resourceVersion);
  const start = seen;
  for (let round = 0; round < 120; round++) {
    const watch = await WatchReader.open(apis[round % 2]!.admin, `${PATH}?resourceVersion=${String(seen)}`);
    const count = 1 + Math.floor(random() * 5);
    const changing = (async () => {
      for (let step = 0; step < count + 2; step++) await change(first, random, step);
      await create(first, `end${String(round)}`);
    })();
    for (let i = 0; i < count; i++) {
      const event = await watch.next();
      told.push(textOf(event!));
      seen = Number(event!.object.metadata.resourceVersion);
    }
    watch.close();
    await changing;
  }
  expect(told).toEqual(toldBetween(await history(first), start, seen));
});

it('invariant 9: a bookmark at a revision means that all up to it was sent', async () => {
  const failpoints = new Failpoints();
  failpoints.arm('before-watch-send', { sleepMs: 15 });
  const api = await replica({ failpoints, limits: { bookmarkIntervalMs: 1 } });
  const watch = await WatchReader.open(api.admin, `${PATH}?allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`);
  const random = randomOf(9);
  const changing = (async () => {
    for (let step = 0; step < 60; step++) {
      await change(api, random, step);
      await api.call('POST', '/api/v1/namespaces/default/secrets', { metadata: { generateName: 's' } });
      api.bus.publish('progress.rev', Buffer.from(String(await api.storage.currentRevision())));
    }
    await create(api, 'last');
  })();
  const events = await readUntil(watch, 'last');
  await changing;
  const changes = await history(api);
  const bookmarks = events.flatMap((event, index) => (event.startsWith('BOOKMARK') ? [{ revision: Number(event.split(' ')[1]), before: events.slice(0, index).filter((text) => !text.startsWith('BOOKMARK')) }] : []));
  expect(bookmarks.length).toBeGreaterThan(5);
  for (const { revision, before } of bookmarks) expect(before).toEqual(toldBetween(changes, 0, revision));
  watch.close();
});

it('invariant 10: a revision that is too old gives 410 and never a part, one that is to come gives "too large"', async () => {
  const api = await replica({ limits: { ringEvents: 4, freshnessTimeoutMs: 10 } });
  const random = randomOf(10);
  const outcomes = { whole: 0, gone: 0, future: 0 };
  for (let round = 0; round < 60; round++) {
    for (let step = 0; step < 4; step++) await change(api, random, step);
    const changes = await history(api).catch((): Change[] => []);
    const oldest = Math.max(1, (await api.storage.currentRevision()) - 6);
    api.storage.compact(oldest);
    const from = Math.max(1, oldest + Math.floor(random() * 14) - 6);
    const watch = await WatchReader.open(api.admin, `${PATH}?resourceVersion=${String(from)}`);
    const last = await create(api, `last${String(round)}`);
    const events = await readUntil(watch, `last${String(round)}`);
    watch.close();
    await api.call('DELETE', `${PATH}/last${String(round)}`);
    if (events[0] === 'ERROR 410') outcomes.gone += 1;
    else if (events[0] === 'ERROR 504') outcomes.future += 1;
    else outcomes.whole += 1;
    if (events[0]!.startsWith('ERROR')) expect([events.length, from < oldest || from > last - 1]).toEqual([1, true]);
    else expect(events).toEqual(await entriesBetween(api, Math.max(from, oldest), from, last, changes));
  }
  expect(Object.values(outcomes).every((count) => count > 0)).toBe(true);
});

/** What the log says behind `from`; `kept` is the oldest revision that it can be asked for. */
async function entriesBetween(api: Awaited<ReturnType<typeof replica>>, kept: number, from: number, last: number, known: readonly Change[]): Promise<string[]> {
  const { entries } = await api.storage.history(kept, { limit: 1_000_000 });
  const later = entries.filter(({ key, revision }) => key.startsWith('core/configmaps/default/') && revision <= last).map(({ type, key, revision }) => `${type} ${key.split('/')[3]!}@${String(revision)}`);
  return [...toldBetween(known, from, kept), ...later];
}

it.each([
  ['as it happens', 1_000, 'labelSelector=x%3D1'],
  ['as it happens', 1_000, 'labelSelector=x%20in%20(0%2C2)'],
  ['from the log', 1, 'labelSelector=x%3D1'],
  ['from the log', 1, 'labelSelector=!x'],
  ['from the ring', 1_000, 'fieldSelector=metadata.name%21%3Dm3'],
])('invariant 11: a watch behind a selector shows objects that enter and leave, %s (ring of %i, %s)', async (how, ringEvents, selector) => {
  const api = await replica({ limits: { ringEvents } });
  const random = randomOf(11);
  const open = (): Promise<WatchReader> => WatchReader.open(api.admin, `${PATH}?${selector}&resourceVersion=${String(start)}`);
  const start = Number((await api.call('GET', PATH)).body.metadata.resourceVersion);
  let watch = how === 'as it happens' ? await open() : undefined;
  for (let step = 0; step < 80; step++) await change(api, random, step);
  const end = await api.call('POST', PATH, { metadata: { name: 'end', labels: { x: '1' } } });
  const changes = await history(api);
  watch ??= await open();
  const expected = seenThrough(changes, matcherOf(selector));
  const told: string[] = [];
  while (told.length < expected.length) told.push(textOf((await watch.next())!));
  expect(told).toEqual(expected);
  expect(end.status).toBe(201);
  watch.close();
});

function matcherOf(selector: string): (change: Change) => boolean {
  if (selector.startsWith('field')) return ({ name }) => name !== 'm3';
  if (selector.endsWith('!x')) return ({ label }) => label === undefined;
  return ({ label }) => (selector.includes('in') ? label === '0' || label === '2' : label === '1');
}

/** The model: who is inside before and after each change decides what is told. */
function seenThrough(changes: readonly Change[], matches: (change: Change) => boolean): string[] {
  const inside = new Set<string>();
  return changes.flatMap((one) => {
    const was = inside.has(one.name);
    const is = one.type !== 'DELETED' && matches(one);
    if (is) inside.add(one.name);
    else inside.delete(one.name);
    if (!is && !was) return [];
    return [`${is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED'} ${one.name}@${String(one.revision)}`];
  });
}

it('invariant 11: an object that leaves a selector is shown as it was inside, under the revision at which it left', async () => {
  const api = await replica();
  await api.call('POST', PATH, { metadata: { name: 'a', labels: { x: '1' } }, data: { k: 'inside' } });
  const watch = await WatchReader.open(api.admin, `${PATH}?labelSelector=x%3D1`);
  await watch.next();
  const { body } = await api.call('PATCH', `${PATH}/a`, { metadata: { labels: { x: '2' } }, data: { k: 'outside' } }, MERGE);
  const { type, object } = (await watch.next())!;
  expect([type, object.data, object.metadata.labels, object.metadata.resourceVersion]).toEqual(['DELETED', { k: 'inside' }, { x: '1' }, body.metadata.resourceVersion]);
  watch.close();
  expect(shown((await api.call('GET', `${PATH}?labelSelector=x%3D1`)).body)).toEqual([]);
});
