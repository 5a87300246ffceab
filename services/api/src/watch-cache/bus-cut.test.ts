import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';
import { WatchReader } from '../watch-reader.suite.js';

let test: TestApi;
beforeEach(async () => {
  test = await startTestApi({ limits: { freshnessTimeoutMs: 200 } });
});
afterEach(() => test.stop());

const path = '/api/v1/namespaces/default/configmaps';
const create = (name: string): Promise<{ status: number }> => test.call('POST', path, { metadata: { name } });

/** What the watch has told by now, as far as the loop has turned. */
async function raced(next: Promise<unknown>): Promise<'silent' | 'told'> {
  const read = test.call('GET', `${path}?resourceVersion=0`).then(() => 'silent' as const);
  return Promise.race([next.then(() => 'told' as const), read]);
}

describe('when the bus is cut', () => {
  it('writes succeed, consistent reads come from the storage, watches stall, and all of it arrives in order when the bus is back', async () => {
    const watch = await WatchReader.open(test.admin, path);
    await create('before');
    expect(await watch.take(1)).toEqual(['ADDED before']);
    test.bus.faults.cut();
    const next = watch.take(3);
    for (const name of ['a', 'b', 'c']) expect((await create(name)).status).toBe(201);
    const consistent = await test.call('GET', path);
    expect(consistent.body.items).toHaveLength(4);
    const cached = await test.call('GET', `${path}?resourceVersion=0`);
    expect(cached.body.items).toHaveLength(1);
    expect(await raced(next)).toBe('silent');
    test.bus.faults.heal();
    expect(await next).toEqual(['ADDED a', 'ADDED b', 'ADDED c']);
    expect((await test.call('GET', `${path}?resourceVersion=0`)).body.items).toHaveLength(4);
    watch.close();
  });

  it('a lost message is read from the log when the next one shows the gap', async () => {
    const watch = await WatchReader.open(test.admin, path);
    test.bus.faults.drop(({ subject }) => subject.endsWith('.lost'), { at: 'send' });
    await create('lost');
    await create('found');
    expect(await watch.take(2)).toEqual(['ADDED lost', 'ADDED found']);
    watch.close();
  });

  it('a lost last message is noticed by the progress message', async () => {
    const watch = await WatchReader.open(test.admin, path);
    test.bus.faults.drop(({ subject }) => subject.startsWith('watch.'), { at: 'send' });
    await create('last');
    expect(await watch.take(1)).toEqual(['ADDED last']);
    watch.close();
  });

  it('what was published twice or out of order is told once and in order', async () => {
    const watch = await WatchReader.open(test.admin, path);
    test.bus.faults.duplicate(({ subject }) => subject.startsWith('watch.'), { at: 'delivery' });
    for (let i = 0; i < 10; i++) await create(`m${String(i)}`);
    expect(await watch.take(10)).toEqual(Array.from({ length: 10 }, (_, i) => `ADDED m${String(i)}`));
    watch.close();
  });

  it('a log that no longer reaches back ends the watches with 410, and their resuming too', async () => {
    const watch = await WatchReader.open(test.admin, path);
    await create('seen');
    const seen = await watch.next();
    test.bus.faults.cut();
    await create('missed');
    await create('kept');
    test.storage.compact(await test.storage.currentRevision());
    test.bus.faults.heal();
    const expired = { type: 'ERROR', object: expect.objectContaining({ code: 410, reason: 'Expired' }) };
    expect([await watch.next(), await watch.next()]).toEqual([expired, undefined]);
    const resumed = await WatchReader.open(test.admin, `${path}?resourceVersion=${seen!.object.metadata.resourceVersion}`);
    expect([await resumed.next(), await resumed.next()]).toEqual([expired, undefined]);
    expect((await test.call('GET', `${path}?resourceVersion=0`)).body.items).toHaveLength(3);
  });
});

describe('a secret', () => {
  it('is sealed wherever it leaves the API, and read, listed, watched and updated as it is', async () => {
    const secrets = '/api/v1/namespaces/default/secrets';
    const canary = Buffer.from('canary').toString('base64');
    const watch = await WatchReader.open(test.admin, secrets);
    const seen: Buffer[] = [];
    test.bus.subscribe('watch.>', ({ data }) => void seen.push(Buffer.from(data)));
    await test.call('POST', secrets, { metadata: { name: 's' }, data: { k: canary } });
    expect((await watch.next())!.object.data).toEqual({ k: canary });
    expect((await test.call('GET', `${secrets}/s`)).body.data).toEqual({ k: canary });
    const { resourceVersion } = (await test.call('GET', `${secrets}/s`)).body.metadata;
    expect((await test.call('PATCH', `${secrets}/s`, { data: { k: canary } }, { 'content-type': 'application/merge-patch+json' })).body.metadata.resourceVersion).toBe(resourceVersion);
    expect((await test.call('GET', `${secrets}?resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`)).body.items[0].data).toEqual({ k: canary });
    await test.call('DELETE', `${secrets}/s`);
    expect((await watch.next())).toMatchObject({ type: 'DELETED', object: { data: { k: canary } } });
    const { entries } = await test.storage.history(0);
    const outside = Buffer.concat([...seen, ...entries.map(({ value }) => Buffer.from(value))]);
    expect(seen.length).toBeGreaterThan(0);
    expect(outside.includes(canary)).toBe(false);
    watch.close();
  });
});
