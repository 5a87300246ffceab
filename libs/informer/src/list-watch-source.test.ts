import { FakeClock, settle } from '@gantry/async';
import { newInternalError, newTooLargeResourceVersion } from '@gantry/apimachinery';
import { CONFIGMAPS, createFakeClient } from '@gantry/client';
import type { coreV1 } from '@gantry/api-types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInformer } from './informer.js';
import { listWatchSource } from './list-watch-source.js';
import { configMap, contents, Transcript, write } from './transcript.suite.js';

function setup(objects: coreV1.ConfigMap[] = []) {
  const client = createFakeClient(objects);
  const clock = new FakeClock();
  const informer = createInformer({ source: listWatchSource({ client, reference: CONFIGMAPS }), clock });
  const transcript = new Transcript(informer);
  /** Lets time pass until the cache has the newest revision. */
  const caughtUp = async (): Promise<void> => {
    for (let count = 0; informer.revision !== Number(client.resourceVersion); count += 1) {
      if (count > 200) throw new Error(`the cache stays at ${informer.revision}, the server is at ${client.resourceVersion}`);
      await settle();
      client.bookmark();
      clock.advance(count === 0 ? 0 : 1_000);
    }
  };
  return { client, clock, informer, transcript, maps: client.resource(CONFIGMAPS, 'default'), caughtUp };
}

describe('informer that lists and watches', () => {
  it('is synced by the list, then told of changes with the state before', async () => {
    const { informer, transcript, maps, caughtUp } = setup([configMap('a', '1')]);
    expect(informer.hasSynced).toBe(false);
    informer.start();
    await informer.waitForSync();
    await maps.create(configMap('b', '1'));
    await maps.update(configMap('a', '2'));
    await maps.delete('b');
    await caughtUp();
    expect(transcript.lines).toEqual(['initial a 1', 'add b 1', 'update a 2', 'delete b 1']);
    expect(contents(informer.lister.list())).toEqual({ 'default/a': '2' });
    await informer.stop();
  });

  it('shows a late handler what is there', async () => {
    const { informer } = setup([configMap('a', '1')]);
    informer.start();
    await informer.waitForSync();
    expect(new Transcript(informer).lines).toEqual(['initial a 1']);
    await informer.stop();
  });

  it('resumes a watch that ended, from a bookmark on, without listing again', async () => {
    const { client, informer, transcript, maps, caughtUp } = setup([configMap('a', '1')]);
    informer.start();
    await informer.waitForSync();
    await settle();
    client.api.store.skipRevisions(50);
    client.bookmark();
    await settle();
    expect(informer.revision).toBe(51);
    client.compact();
    client.endWatches();
    await maps.update(configMap('a', '2'));
    await caughtUp();
    expect(client.requests.filter(({ method, name }) => method === 'GET' && name === undefined)).toHaveLength(1);
    expect(transcript.lines).toEqual(['initial a 1', 'update a 2']);
    await informer.stop();
  });

  it('lists again when its history is gone, and finds what it missed', async () => {
    const { client, informer, transcript, maps, caughtUp } = setup([configMap('a', '1'), configMap('b', '1'), configMap('c', '1')]);
    informer.start();
    await informer.waitForSync();
    await settle();
    client.failNext(({ query }) => query?.includes('watch=true') ?? false, newInternalError('down'));
    client.endWatches();
    await maps.delete('a');
    await maps.update(configMap('b', '2'));
    await maps.delete('c');
    await maps.create(configMap('c', '9'));
    await maps.create(configMap('d', '1'));
    client.compact();
    await caughtUp();
    expect(transcript.lines.slice(3)).toEqual(['missed-delete a 1', 'update b 2', 'missed-delete c 1', 'add c 9', 'add d 1']);
    await informer.stop();
  });

  it('waits longer with each failure, and not at all after a success', async () => {
    const { client, clock, informer } = setup();
    client.failNext(({ method }) => method === 'GET', newTooLargeResourceVersion(9, 1, 1), 3);
    informer.start();
    const asked: number[] = [];
    while (!informer.hasSynced) {
      await settle();
      asked.push(client.requests.length);
      clock.advance(100);
    }
    expect(client.requests.filter(({ method }) => method === 'GET').length).toBe(4);
    const waits = [1, 2, 3].map((count) => asked.filter((total) => total === count).length);
    expect(waits).toEqual([...waits].sort((one, other) => one - other));
    await informer.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('rejects who waits for the sync of a stopped informer, or no longer wants to', async () => {
    const { client, informer } = setup();
    client.react(() => new Promise(() => undefined));
    informer.start();
    await expect(informer.waitForSync(AbortSignal.abort(new Error('no patience')))).rejects.toThrow('no patience');
    const waiting = expect(informer.waitForSync()).rejects.toThrow('the informer was stopped');
    void informer.stop();
    await waiting;
  });

  it('ends as the world is, whatever happened on the way', async () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), name, value: fc.option(fc.nat({ max: 9 }).map(String), { nil: undefined }) }) },
      { weight: 1, arbitrary: fc.constantFrom(...(['end', 'compact', 'bookmark', 'fail-watch', 'fail-list', 'settle', 'later'] as const)).map((kind) => ({ kind })) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { client, clock, informer, transcript, caughtUp } = setup([configMap('a', '0')]);
        informer.start();
        for (const one of steps) {
          if (one.kind === 'write') await write(client, one.name, one.value);
          else if (one.kind === 'end') client.endWatches();
          else if (one.kind === 'compact') client.compact();
          else if (one.kind === 'bookmark') client.bookmark();
          else if (one.kind === 'settle') await settle();
          else if (one.kind === 'later') clock.advance(400);
          else client.failNext(({ method, query }) => method === 'GET' && (query?.includes('watch') ?? false) === (one.kind === 'fail-watch'), newInternalError('x'));
        }
        await caughtUp();
        expect(contents(informer.lister.list())).toEqual(contents(client.objects(CONFIGMAPS)));
        expect(transcript.objects).toEqual(contents(client.objects(CONFIGMAPS)));
        await informer.stop();
      }),
      { numRuns: 60 },
    );
  });
});
