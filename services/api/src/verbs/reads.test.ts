import { gunzipSync } from 'node:zlib';
import { decodeProtobuf, decodeWatchFrame, encodeProtobuf } from '@gantry/apimachinery';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';
import { WatchReader } from '../watch-reader.suite.js';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi({ limits: { ringEvents: 8, bookmarkIntervalMs: 1, freshnessTimeoutMs: 500 } });
});
afterAll(() => test.stop());

let count = 0;
/** A namespace of its own with config maps of these names and labels. */
async function withMaps(...maps: (readonly [name: string, labels?: Record<string, string>])[]): Promise<string> {
  const namespace = `r${String(count++)}`;
  await test.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  for (const [name, labels] of maps) await test.call('POST', path, { metadata: { name, ...(labels && { labels }) }, data: { k: 'v' } });
  return path;
}

const names = (body: { items: { metadata: { name: string } }[] }): string[] => body.items.map((item) => item.metadata.name);
const merge = { 'content-type': 'application/merge-patch+json' };

describe('list', () => {
  it('is an exact snapshot at its resourceVersion, in the order of names', async () => {
    const path = await withMaps(['b'], ['a'], ['c']);
    const { body } = await test.call('GET', path);
    expect([body.kind, body.apiVersion, names(body)]).toEqual(['ConfigMapList', 'v1', ['a', 'b', 'c']]);
    await test.call('DELETE', `${path}/b`);
    const then = await test.call('GET', `${path}?resourceVersion=${body.metadata.resourceVersion}&resourceVersionMatch=Exact`);
    expect([names(then.body), then.body.metadata.resourceVersion]).toEqual([['a', 'b', 'c'], body.metadata.resourceVersion]);
    expect(names((await test.call('GET', path)).body)).toEqual(['a', 'c']);
  });

  it('shows a write to whoever reads after it', async () => {
    const path = await withMaps();
    for (let i = 0; i < 20; i++) {
      await test.call('POST', path, { metadata: { name: `m${String(i)}` } });
      expect((await test.call('GET', path)).body.items).toHaveLength(i + 1);
    }
  });

  it('pages through one snapshot, whatever happens meanwhile', async () => {
    const path = await withMaps(['a'], ['b'], ['c'], ['d'], ['e']);
    const first = (await test.call('GET', `${path}?limit=2`)).body;
    expect([names(first), first.metadata.remainingItemCount]).toEqual([['a', 'b'], 3]);
    await test.call('DELETE', `${path}/c`);
    const second = (await test.call('GET', `${path}?limit=2&continue=${first.metadata.continue}`)).body;
    expect([names(second), second.metadata.resourceVersion, second.metadata.remainingItemCount]).toEqual([['c', 'd'], first.metadata.resourceVersion, 1]);
    const last = (await test.call('GET', `${path}?limit=2&continue=${second.metadata.continue}`)).body;
    expect([names(last), last.metadata.continue]).toEqual([['e'], undefined]);
  });

  it('fills pages behind a selector', async () => {
    const path = await withMaps(['a', { x: '1' }], ['b'], ['c', { x: '1' }], ['d'], ['e', { x: '1' }]);
    const first = (await test.call('GET', `${path}?limit=2&labelSelector=x%3D1`)).body;
    expect([names(first), first.metadata.remainingItemCount]).toEqual([['a', 'c'], undefined]);
    expect(names((await test.call('GET', `${path}?limit=2&labelSelector=x%3D1&continue=${first.metadata.continue}`)).body)).toEqual(['e']);
  });

  it('does not read the storage object by object to fill a small page behind a selector', async () => {
    const path = await withMaps(['a', { x: '1' }], ['b'], ['c'], ['d'], ['e', { x: '1' }], ['f', { x: '1' }]);
    const query = `${path}?limit=1&labelSelector=x%3D1&continue=`;
    const { metadata } = (await test.call('GET', `${path}?limit=1&labelSelector=x%3D1`)).body;
    await test.call('POST', path, { metadata: { name: 'g', labels: { x: '1' } } });
    const reads = vi.spyOn(test.storage, 'list');
    const second = (await test.call('GET', query + metadata.continue)).body;
    expect([names(second), reads.mock.calls.length]).toEqual([['e'], 1]);
    reads.mockRestore();
    const last = (await test.call('GET', query + second.metadata.continue)).body;
    expect([names(last), last.metadata.continue]).toEqual([['f'], undefined]);
  });

  it('answers 410 for a page of a snapshot that is gone, with a token that goes on without it', async () => {
    const path = await withMaps(['a'], ['b'], ['c']);
    const first = (await test.call('GET', `${path}?limit=1`)).body;
    await test.call('POST', path, { metadata: { name: 'd' } });
    test.storage.compact(await test.storage.currentRevision());
    const expired = await test.call('GET', `${path}?limit=1&continue=${first.metadata.continue}`);
    expect([expired.status, expired.body.reason]).toEqual([410, 'Expired']);
    const rest = await test.call('GET', `${path}?limit=9&continue=${expired.body.metadata.continue}`);
    expect(names(rest.body)).toEqual(['b', 'c', 'd']);
  });

  it.each([
    ['resourceVersion=abc', 400],
    ['resourceVersionMatch=Exact', 422],
    ['resourceVersion=0&resourceVersionMatch=Exact', 422],
    ['resourceVersion=5&resourceVersionMatch=Sometimes', 422],
    ['continue=nonsense', 400],
    ['limit=x', 400],
    ['labelSelector=a%20in', 400],
    ['fieldSelector=data.k%3Dv', 400],
  ])('refuses ?%s with %i', async (query, status) => {
    expect((await test.call('GET', `/api/v1/configmaps?${query}`)).status).toBe(status);
  });

  it.each([
    ['configmaps', '"foo" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ['pods', 'field label not supported: foo'],
  ])('of %s says by which fields it does not select', async (plural, message) => {
    expect((await test.call('GET', `/api/v1/${plural}?fieldSelector=foo%3Dbar`)).body.message).toBe(message);
  });

  it('selects by label and field', async () => {
    const path = await withMaps(['a', { x: '1' }], ['b', { x: '2' }], ['c']);
    const list = async (query: string): Promise<string[]> => names((await test.call('GET', `${path}?${query}`)).body);
    expect(await list('labelSelector=x')).toEqual(['a', 'b']);
    expect(await list('labelSelector=x%20notin%20(1)')).toEqual(['b', 'c']);
    expect(await list('fieldSelector=metadata.name%3Db')).toEqual(['b']);
  });

  it('is compressed when it is large and the client wants it', async () => {
    const path = await withMaps();
    for (const name of ['a', 'b']) await test.call('POST', path, { metadata: { name }, data: { k: 'x'.repeat(100_000) } });
    const answer = await test.admin.send({ method: 'GET', path, headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.body.length).toBeLessThan(20_000);
    expect(names(JSON.parse(gunzipSync(answer.body).toString()))).toEqual(['a', 'b']);
  });
});

describe('get', () => {
  it('waits for a resourceVersion for a while, then says that it is too large', async () => {
    const path = await withMaps(['a']);
    const { body } = await test.call('GET', `${path}/a`);
    expect((await test.call('GET', `${path}/a?resourceVersion=${body.metadata.resourceVersion}`)).status).toBe(200);
    const future = await test.call('GET', `${path}/a?resourceVersion=999999`);
    expect([future.status, future.body.details.causes[0].reason, future.headers['retry-after']]).toEqual([504, 'ResourceVersionTooLarge', '1']);
  });

  it('says what is not there', async () => {
    const path = await withMaps();
    const { status, body } = await test.call('GET', `${path}/none`);
    expect([status, body.reason, body.message, body.details]).toEqual([404, 'NotFound', 'configmaps "none" not found', { name: 'none', kind: 'configmaps' }]);
  });
});

describe('representations', () => {
  const protobuf = { accept: 'application/vnd.kubernetes.protobuf' };
  const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
  const metadata = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json' };

  it('are protobuf both ways', async () => {
    const path = await withMaps(['a']);
    const { headers, body } = await test.call('GET', `${path}/a`, undefined, protobuf);
    expect(headers['content-type']).toBe('application/vnd.kubernetes.protobuf');
    expect(decodeProtobuf(body)).toEqual((await test.call('GET', `${path}/a`)).body);
    await test.call('DELETE', `${path}/a`);
    const created = await test.call('POST', path, encodeProtobuf({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'p' }, data: { k: 'v' } }), { 'content-type': 'application/vnd.kubernetes.protobuf' });
    expect([created.status, created.body.data]).toEqual([201, { k: 'v' }]);
    expect(decodeProtobuf((await test.call('GET', path, undefined, protobuf)).body)).toMatchObject({ kind: 'ConfigMapList', items: [{ metadata: { name: 'p' } }] });
  });

  it('are a Table of rows with the metadata of their objects', async () => {
    const path = await withMaps(['a'], ['b']);
    const { body } = await test.call('GET', path, undefined, table);
    expect([body.kind, body.apiVersion, body.columnDefinitions.map((column: { name: string }) => column.name)]).toEqual(['Table', 'meta.k8s.io/v1', ['Name', 'Data', 'Age']]);
    expect(body.rows[0]).toMatchObject({ cells: ['a', 1, expect.any(String)], object: { kind: 'PartialObjectMetadata', metadata: { name: 'a' } } });
    expect(body.rows[0].object.data).toBeUndefined();
    expect((await test.call('GET', `${path}?includeObject=None`, undefined, table)).body.rows[0].object).toBeUndefined();
    expect((await test.call('GET', `${path}?includeObject=Object`, undefined, table)).body.rows[0].object.data).toEqual({ k: 'v' });
  });

  it('are metadata alone', async () => {
    const path = await withMaps(['a']);
    const { body } = await test.call('GET', path, undefined, metadata);
    expect([body.kind, body.items[0].kind, body.items[0].metadata.name, body.items[0].data]).toEqual(['PartialObjectMetadataList', 'PartialObjectMetadata', 'a', undefined]);
  });

  it('are refused with 406 when nothing fits', async () => {
    const path = await withMaps(['a']);
    expect((await test.call('GET', `${path}/a`, undefined, { accept: 'text/html' })).status).toBe(406);
  });

  it('show one event under both of its groups', async () => {
    const path = await withMaps();
    const namespace = path.split('/')[4]!;
    const event = { metadata: { name: 'e' }, involvedObject: { kind: 'Pod', name: 'p', namespace }, reason: 'Started', message: 'm', type: 'Normal', source: { component: 'kubelet' }, firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:00:00Z', count: 1 };
    expect((await test.call('POST', `/api/v1/namespaces/${namespace}/events`, event)).status).toBe(201);
    const { body } = await test.call('GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events/e`);
    expect(body).toMatchObject({ apiVersion: 'events.k8s.io/v1', kind: 'Event', regarding: { name: 'p' }, note: 'm', reason: 'Started' });
    expect((await test.call('GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events?fieldSelector=regarding.name%3Dp`)).body.items).toHaveLength(1);
    expect((await test.call('GET', `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name%3Dq`)).body.items).toHaveLength(0);
  });
});

describe('watch', () => {
  it('begins with what is there, then tells what happens, in order', async () => {
    const path = await withMaps(['a'], ['b']);
    const watch = await WatchReader.open(test.admin, path);
    await test.call('POST', path, { metadata: { name: 'c' } });
    await test.call('PATCH', `${path}/a`, { data: { k: 'w' } }, merge);
    await test.call('DELETE', `${path}/b`);
    expect(await watch.take(5)).toEqual(['ADDED a', 'ADDED b', 'ADDED c', 'MODIFIED a', 'DELETED b']);
    watch.close();
  });

  it('gives a deleted object its last state under the revision of its deletion', async () => {
    const path = await withMaps(['a']);
    const { body } = await test.call('GET', path);
    const watch = await WatchReader.open(test.admin, `${path}?resourceVersion=${body.metadata.resourceVersion}`);
    await test.call('DELETE', `${path}/a`);
    const event = await watch.next();
    expect([event!.type, event!.object.data, Number(event!.object.metadata.resourceVersion) > Number(body.metadata.resourceVersion)]).toEqual(['DELETED', { k: 'v' }, true]);
    watch.close();
  });

  it('resumes from any revision that is kept, from the ring or from the log', async () => {
    const path = await withMaps();
    const { resourceVersion } = (await test.call('GET', path)).body.metadata;
    for (let i = 0; i < 30; i++) await test.call('POST', path, { metadata: { name: `m${String(i).padStart(2, '0')}` } });
    const all = await WatchReader.open(test.admin, `${path}?resourceVersion=${resourceVersion}`);
    const first = await all.next();
    expect(await all.take(29)).toEqual(Array.from({ length: 29 }, (_, i) => `ADDED m${String(i + 1).padStart(2, '0')}`));
    const resumed = await WatchReader.open(test.admin, `${path}?resourceVersion=${first!.object.metadata.resourceVersion}`);
    expect((await resumed.take(29))[0]).toBe('ADDED m01');
    all.close();
    resumed.close();
  });

  it('says 410 from a revision that is gone, and 504 from one that is yet to come, in an event, as upstream does', async () => {
    const path = await withMaps();
    const { resourceVersion } = (await test.call('GET', path)).body.metadata;
    for (let i = 0; i < 12; i++) await test.call('POST', path, { metadata: { name: `m${String(i)}` } });
    test.storage.compact(await test.storage.currentRevision());
    const gone = await WatchReader.open(test.admin, `${path}?resourceVersion=${resourceVersion}`);
    expect([gone.status, await gone.next(), await gone.next()]).toEqual([200, { type: 'ERROR', object: expect.objectContaining({ code: 410, reason: 'Expired', message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/) }) }, undefined]);
    const future = await WatchReader.open(test.admin, `${path}?resourceVersion=99999999`);
    expect([await future.next(), await future.next()]).toEqual([{ type: 'ERROR', object: expect.objectContaining({ code: 504, reason: 'Timeout', message: expect.stringMatching(/^Timeout: Too large resource version: 99999999, current: \d+$/) }) }, undefined]);
  });

  it('tells nothing twice when the log is ahead of the cache', async () => {
    const path = await withMaps();
    const { resourceVersion } = (await test.call('GET', path)).body.metadata;
    for (let i = 0; i < 12; i++) await test.call('POST', path, { metadata: { name: `m${String(i)}` } });
    test.bus.faults.cut();
    await test.call('POST', path, { metadata: { name: 'ahead' } });
    const watch = await WatchReader.open(test.admin, `${path}?resourceVersion=${resourceVersion}`);
    expect((await watch.take(13)).at(-1)).toBe('ADDED ahead');
    test.bus.faults.heal();
    await test.call('POST', path, { metadata: { name: 'next' } });
    expect(await watch.take(1)).toEqual(['ADDED next']);
    watch.close();
  });

  it('resumes with a selector from the oldest kept revision, whatever was before the first event', async () => {
    const path = await withMaps(['a', { x: '1' }]);
    for (let i = 0; i < 3; i++) await test.call('POST', path, { metadata: { name: `before${String(i)}` } });
    const oldest = await test.storage.currentRevision();
    await test.call('PATCH', `${path}/a`, { data: { k: 'changed' } }, merge);
    for (let i = 0; i < 12; i++) await test.call('POST', path, { metadata: { name: `m${String(i)}` } });
    test.storage.compact(oldest);
    const watch = await WatchReader.open(test.admin, `${path}?labelSelector=x%3D1&resourceVersion=${String(oldest)}`);
    expect([watch.status, await watch.take(1)]).toEqual([200, ['MODIFIED a']]);
    watch.close();
  });

  it('is what older clients ask for by the path, of a collection and of one object', async () => {
    const path = (await withMaps(['a'], ['b'])).replace('/v1/', '/v1/watch/');
    const [all, one, selected] = await Promise.all([path, `${path}/b`, `${path}/b?fieldSelector=metadata.name%3Db`].map((at) => WatchReader.open(test.admin, at)));
    await test.call('DELETE', `${path.replace('/watch', '')}/b`);
    expect([await all!.take(3), await one!.take(2), await selected!.take(2)]).toEqual([['ADDED a', 'ADDED b', 'DELETED b'], ['ADDED b', 'DELETED b'], ['ADDED b', 'DELETED b']]);
    for (const watch of [all, one, selected]) watch!.close();
    expect((await test.call('GET', `${path}/b?fieldSelector=metadata.name%3Da`)).body.message).toBe("fieldSelector metadata.name doesn't match requested name");
    expect((await test.call('POST', path, {})).status).toBe(405);
  });

  it('is refused for a namespace that is none', async () => {
    for (const namespace of ['%00', 'a%2Fb', '%EF%BF%BD%0A']) {
      const answers = ['', '?watch=1', '?resourceVersion=1&resourceVersionMatch=Exact'].map((query) => test.call('GET', `/api/v1/namespaces/${namespace}/configmaps${query}`));
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([400, 400, 400]);
    }
  });

  it('with a selector shows objects that enter it as added and those that leave it as deleted', async () => {
    const path = await withMaps(['a', { x: '1' }], ['b']);
    const watch = await WatchReader.open(test.admin, `${path}?labelSelector=x%3D1`);
    expect(await watch.take(1)).toEqual(['ADDED a']);
    await test.call('PATCH', `${path}/b`, { metadata: { labels: { x: '1' } } }, merge);
    await test.call('PATCH', `${path}/a`, { metadata: { labels: { x: '2' } } }, merge);
    await test.call('PATCH', `${path}/b`, { data: { k: 'n' } }, merge);
    await test.call('DELETE', `${path}/b`);
    expect(await watch.take(4)).toEqual(['ADDED b', 'DELETED a', 'MODIFIED b', 'DELETED b']);
    watch.close();
  });

  it('by node tells each watcher of its own pods, and of a pod that comes to it', async () => {
    const path = (await withMaps()).replace('configmaps', 'pods');
    const one = await WatchReader.open(test.admin, '/api/v1/pods?fieldSelector=spec.nodeName%3Done-node');
    const other = await WatchReader.open(test.admin, '/api/v1/pods?fieldSelector=spec.nodeName%3Dother-node');
    for (const [name, node] of [['p', 'other-node'], ['q', 'one-node']]) {
      await test.call('POST', path, { metadata: { name }, spec: { containers: [{ name: 'c', image: 'i' }] } });
      await test.call('POST', `${path}/${name!}/binding`, { target: { kind: 'Node', name: node } });
    }
    expect([await one.take(1), await other.take(1)]).toEqual([['ADDED q'], ['ADDED p']]);
    one.close();
    other.close();
  });

  it('marks the end of the initial events, and later where it stands', async () => {
    const path = await withMaps(['a']);
    const watch = await WatchReader.open(test.admin, `${path}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`);
    expect(await watch.take(1)).toEqual(['ADDED a']);
    const end = await watch.next();
    expect([end!.type, end!.object.metadata.annotations]).toEqual(['BOOKMARK', { 'k8s.io/initial-events-end': 'true' }]);
    await test.call('POST', '/api/v1/namespaces', { metadata: { name: `elsewhere${String(count++)}` } });
    const bookmark = await watch.next();
    expect([bookmark!.type, bookmark!.object.kind, Number(bookmark!.object.metadata.resourceVersion)]).toEqual(['BOOKMARK', 'ConfigMap', await test.storage.currentRevision()]);
    watch.close();
    expect((await test.call('GET', `${path}?watch=1&sendInitialEvents=true`)).status).toBe(422);
  });

  it('ends when its time is up', async () => {
    const path = await withMaps();
    const watch = await WatchReader.open(test.admin, `${path}?timeoutSeconds=1&resourceVersion=0`);
    expect(await watch.next()).toBeUndefined();
  });

  it('is a Table, metadata alone, or protobuf frames', async () => {
    const path = await withMaps(['a']);
    const table = await WatchReader.open(test.admin, path, 'application/json;as=Table;v=v1;g=meta.k8s.io');
    expect((await table.next())!.object).toMatchObject({ kind: 'Table', rows: [{ cells: ['a', 1, expect.any(String)] }] });
    table.close();
    const metadata = await WatchReader.open(test.admin, path, 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io');
    expect((await metadata.next())!.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
    metadata.close();
    const answer = await test.admin.stream({ method: 'GET', path, query: 'watch=1&timeoutSeconds=1', headers: { accept: 'application/vnd.kubernetes.protobuf' } });
    expect(answer.headers['content-type']).toBe('application/vnd.kubernetes.protobuf;stream=watch');
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    expect(decodeWatchFrame(Buffer.concat(chunks))!.event).toMatchObject({ type: 'ADDED', object: { kind: 'ConfigMap', metadata: { name: 'a' } } });
  });
});
