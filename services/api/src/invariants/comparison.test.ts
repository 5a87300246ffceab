import type { Bus, SequencedMessage } from '@gantry/bus';
import { createMetrics } from '@gantry/platform/metrics';
import { describe, expect, it } from 'vitest';
import type { Difference } from '../watch-cache/differences.js';
import { WatchReader } from '../watch-reader.suite.js';
import { create, history, over, PATH, replica, shown, stateAt } from './scene.suite.js';

/** A bus whose watch stream tells one thing otherwise than it was published. */
function lying(bus: Bus, lie: (message: SequencedMessage) => SequencedMessage): Bus {
  const watch = new Proxy(bus.watch, {
    get: (target, name) => (name === 'follow' ? (options: Parameters<Bus['watch']['follow']>[0]) => target.follow({ ...options, onMessage: (message) => options.onMessage(lie(message)) }) : (Reflect.get(target, name) as () => void).bind(target)),
  });
  return new Proxy(bus, { get: (target, name) => (name === 'watch' ? watch : (value => (typeof value === 'function' ? (value as () => void).bind(target) : value))(Reflect.get(target, name) as unknown)) });
}

const withHeaders = (message: SequencedMessage, headers: object): SequencedMessage => ({ ...message, headers: { ...message.headers, ...headers } });

describe('invariant 19: a cache that differs from the store is noticed, and no longer believed', () => {
  const LIES: [string, string, (message: SequencedMessage) => SequencedMessage][] = [
    ['other bytes', 'x', (message) => ({ ...message, data: Buffer.from(Buffer.from(message.data).toString().replace('"right"', '"wrong"')) })],
    ['an object that was deleted and stays', 'x', (message) => (message.headers.type === 'DELETED' ? withHeaders(message, { type: 'MODIFIED' }) : message)],
    ['an object that is there and is left out', 'x', (message) => withHeaders(message, { type: 'DELETED' })],
    ['an object under another name', 'x', (message) => withHeaders(message, { key: 'core/configmaps/default/y' })],
  ];

  it.each(LIES)('%s', async (_what, name, lie) => {
    const found: Difference[] = [];
    const metrics = createMetrics();
    const isMeant = ({ headers }: SequencedMessage): boolean => headers.key === `core/configmaps/default/${name}`;
    const first = await replica();
    const liar = await replica({ beside: first, metrics, limits: { comparisonChanges: 3 }, wrapBus: (bus) => lying(bus, (message) => (isMeant(message) ? lie(message) : message)), onCacheDifference: (more) => void found.push(...more) });
    const watch = await WatchReader.open(liar.admin, PATH);
    await first.call('POST', PATH, { metadata: { name }, data: { k: 'right' } });
    if (_what.includes('deleted')) await first.call('DELETE', `${PATH}/${name}`);
    for (let i = 0; i < 3; i++) await create(first, `other${String(i)}`);
    await expect.poll(() => found.length).toBeGreaterThan(0);
    expect(found[0]!.key).toMatch(/^core\/configmaps\/default\/[xy]$/);
    const { body } = await liar.call('GET', PATH);
    expect(shown(body)).toEqual(stateAt(await history(first), Number(body.metadata.resourceVersion)));
    const events: string[] = [];
    for (let event = await watch.next(); event !== undefined; event = await watch.next()) events.push(`${event.type} ${String(event.object.code ?? '')}`);
    expect(events.at(-1)).toBe('ERROR 410');
    await expect.poll(() => liar.api.compareCaches()).toEqual([]);
    expect(await metrics.text()).toMatch(/apiserver_storage_consistency_checks_total\{group="",resource="configmaps",status="failure"\} [1-9]/);
  });

  it('is asked of the storage while the cache is not believed, and cannot be watched', async () => {
    const hold = Promise.withResolvers<void>();
    let isHeld = false;
    const first = await replica();
    const liar = await replica({
      beside: first,
      limits: { comparisonChanges: 2 },
      wrapBus: (bus) => lying(bus, (message) => (message.headers.key === 'core/configmaps/default/x' ? withHeaders(message, { type: 'DELETED' }) : message)),
      wrap: (storage) => over(storage, { currentRevision: async () => (isHeld && (await hold.promise), storage.currentRevision()) }),
      onCacheDifference: () => (isHeld = true),
    });
    await create(first, 'x');
    for (let i = 0; i < 3; i++) await create(first, `other${String(i)}`);
    await expect.poll(() => isHeld).toBe(true);
    expect(shown((await liar.call('GET', `${PATH}?resourceVersion=0`)).body)).toHaveLength(4);
    expect((await liar.call('GET', `${PATH}/x?resourceVersion=0`)).status).toBe(200);
    const watch = await liar.call('GET', `${PATH}?watch=1&resourceVersion=0`);
    expect([watch.status, watch.body.message]).toEqual([429, 'storage is (re)initializing']);
    hold.resolve();
    await expect.poll(async () => (await WatchReader.open(liar.admin, `${PATH}?resourceVersion=0&timeoutSeconds=-1`)).status).toBe(200);
  });

  it('is a step at a time, over all caches, within its number of keys', async () => {
    const api = await replica({ limits: { comparisonIntervalMs: 1, comparisonKeys: 4 } });
    for (let i = 0; i < 11; i++) await create(api, `m${String(i)}`);
    const storageLists: { limit?: number }[] = [];
    const { list } = api.storage;
    api.storage.list = (prefix, options = {}) => (prefix === 'core/configmaps/' && storageLists.push(options as { limit?: number }), list.call(api.storage, prefix, options));
    await expect.poll(() => storageLists.length).toBeGreaterThan(6);
    expect(storageLists.every(({ limit }) => limit === 4)).toBe(true);
  });
});
