import { once } from 'node:events';
import { connect } from 'node:http2';
import type { ClientHttp2Session } from 'node:http2';
import { expect, it } from 'vitest';
import type { TestApi } from '../test-api.suite.js';
import { WatchReader } from '../watch-reader.suite.js';
import { create, PATH, readUntil, replica, textOf } from './scene.suite.js';

const MEGABYTE = 1024 * 1024;

/** Watches whose client reads the head of the answer and nothing more; resolves with one promise a watch, of its end. */
async function stalled(session: ClientHttp2Session, count: number, query: string): Promise<Promise<unknown>[]> {
  const ends: Promise<unknown>[] = [];
  for (let i = 0; i < count; i++) {
    const stream = session.request({ ':path': `${PATH}?watch=1${query}` });
    stream.on('error', () => undefined);
    ends.push(new Promise((resolve) => stream.once('close', resolve)));
    await once(stream, 'response');
    stream.pause();
  }
  return ends;
}

function sessions(api: TestApi, count: number): ClientHttp2Session[] {
  return Array.from({ length: count }, () => connect(`https://127.0.0.1:${String(api.api.port)}`, { ...api.adminTls, settings: { initialWindowSize: 0xffff } }).on('error', () => undefined));
}

function held(): number {
  const { external, arrayBuffers } = process.memoryUsage();
  return external + arrayBuffers;
}

it('invariant 14: five hundred watchers that stop reading hold little, are cut off, and the others hear everything', async () => {
  const api = await replica({ limits: { watchBufferBytes: 128 * 1024, watchBytesPerUser: 8 * MEGABYTE, watchStallMs: 300 } });
  const clients = sessions(api, 5);
  const ends = (await Promise.all(clients.map((session) => stalled(session, 100, '')))).flat();
  const good = await WatchReader.open(api.admin, PATH);
  const before = held();
  let most = 0;
  const heard = readUntil(good, 'last');
  for (let i = 0; i < 60; i++) {
    await api.call('POST', PATH, { metadata: { name: `m${String(i).padStart(2, '0')}` }, data: { k: 'x'.repeat(100_000) } });
    most = Math.max(most, held() - before);
  }
  await create(api, 'last');
  expect((await heard).map((text) => text.split('@')[0])).toEqual([...Array.from({ length: 60 }, (_, i) => `ADDED m${String(i).padStart(2, '0')}`), 'ADDED last']);
  await Promise.all(ends);
  good.close();
  for (const session of clients) session.destroy();
  // Unbounded it would be 500 times 6 MB; what is bounded are 500 clients' 128 KiB with an event each, beside the log, the caches and the reader's own copies.
  expect(most).toBeLessThan(600 * MEGABYTE);
});

it('invariant 14: an initial state that is not read is not written ahead, and the watch that takes it late misses nothing', async () => {
  const api = await replica({ limits: { ringEvents: 2, watchStallMs: 60_000 } });
  for (let i = 0; i < 20; i++) await api.call('POST', PATH, { metadata: { name: `a${String(i).padStart(2, '0')}` }, data: { k: 'x'.repeat(100_000) } });
  const [session] = sessions(api, 1);
  const stream = session!.request({ ':path': `${PATH}?watch=1&allowWatchBookmarks=1` });
  await once(stream, 'response');
  for (let i = 0; i < 8; i++) await create(api, `b${String(i)}`);
  await api.call('DELETE', `${PATH}/a03`);
  const last = await create(api, 'last');
  const events: string[] = [];
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) events.push(textOf(JSON.parse(line) as never));
    if (events.at(-1) === `ADDED last@${String(last)}`) break;
  }
  session!.destroy();
  expect(events.map((text) => text.replace(/[@ ]\d+$/, ''))).toEqual([...Array.from({ length: 20 }, (_, i) => `ADDED a${String(i).padStart(2, '0')}`), 'BOOKMARK', ...Array.from({ length: 8 }, (_, i) => `ADDED b${String(i)}`), 'DELETED a03', 'ADDED last']);
});

it('a user has so many watches and no more, and is told to come again', async () => {
  const api = await replica({ limits: { watchesPerUser: 2 } });
  const open = [await WatchReader.open(api.admin, PATH), await WatchReader.open(api.admin, PATH)];
  const { status, headers, body } = await api.call('GET', `${PATH}?watch=1`);
  expect([status, headers['retry-after'], body.reason]).toEqual([429, '1', 'TooManyRequests']);
  const other = await api.transportFor('other', ['system:masters']);
  const third = await WatchReader.open(other, PATH);
  open[0]!.close();
  await expect.poll(async () => (await WatchReader.open(api.admin, `${PATH}?timeoutSeconds=-1`)).status).toBe(200);
  open[1]!.close();
  third.close();
});
