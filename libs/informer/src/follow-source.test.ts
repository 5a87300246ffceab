import { FakeClock, settle } from '@gantry/async';
import { createMemoryBus, watchSubject, type Bus, type FollowOptions, type Subscription } from '@gantry/bus';
import { CONFIGMAPS, createFakeClient, type FakeEvent } from '@gantry/client';
import { encodeWatchMessage, keyOf, type LogEntry } from '@gantry/storage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInformers } from './factory.js';
import { followSource } from './follow-source.js';
import { createInformer } from './informer.js';
import { configMap, contents, Transcript, write } from './transcript.suite.js';

const LARGE = 'x'.repeat(600_000);

/** The log entry that the store would publish for a change. */
function entryOf(event: FakeEvent, previous: number): LogEntry {
  const { metadata, ...rest } = event.object;
  const { resourceVersion: _revision, ...meta } = metadata;
  const { kind, apiVersion, ...body } = rest;
  const head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":{`;
  const text = `${head}${JSON.stringify(meta).slice(1)}${JSON.stringify(body) === '{}' ? '' : `,${JSON.stringify(body).slice(1, -1)}`}}`;
  const key = keyOf({ group: '', resource: event.resource.slice(1), namespace: meta.namespace, name: meta.name ?? '' });
  const value = Buffer.from(text);
  return { key, revision: event.revision, type: event.type, value, spliceOffset: Buffer.byteLength(head), schemaHash: 'h', epoch: 1, previousKind: previous, previousObject: 0, transactionLast: true };
}

/** A client over a fake API whose every change is published on a bus, in order, and again until the stream takes it. */
function setup() {
  const client = createFakeClient([configMap('a', '0')]);
  const bus = createMemoryBus();
  const clock = new FakeClock();
  const kinds = new Map<string, number>();
  const backlog: LogEntry[] = [];
  client.api.store.listen((event) => {
    backlog.push(entryOf(event, kinds.get(event.resource) ?? 0));
    kinds.set(event.resource, event.revision);
  });
  kinds.set('/configmaps', 1);
  const publish = async (): Promise<void> => {
    while (backlog.length > 0) {
      const [entry] = backlog as [LogEntry];
      const { headers, data } = encodeWatchMessage(entry);
      const resource = entry.key.split('/')[1] ?? '';
      const subject = watchSubject({ group: '', resource, namespace: 'default', name: entry.key.split('/')[3] ?? '' });
      const last = await bus.watch.lastSequence();
      if (last < entry.revision - 1) await bus.watch.purgeTo(entry.revision);
      if (last < entry.revision) await bus.watch.publish(subject, data, headers, entry.revision).catch(() => undefined);
      if ((await bus.watch.lastSequence()) >= entry.revision) backlog.shift();
    }
  };
  const informer = createInformer({ source: followSource({ bus, client, reference: CONFIGMAPS }), clock });
  const transcript = new Transcript(informer);
  /** Resolves when the cache shows what the API has. */
  const caughtUp = async (): Promise<void> => {
    await publish();
    const wanted = JSON.stringify(contents(client.objects(CONFIGMAPS)));
    for (let count = 0; JSON.stringify(contents(informer.lister.list())) !== wanted; count += 1) {
      if (count > 300) throw new Error(`the cache has ${JSON.stringify(contents(informer.lister.list()))}, the server ${wanted}`);
      await settle();
      clock.advance(500);
    }
  };
  return { client, bus, clock, informer, transcript, publish, caughtUp, maps: client.resource(CONFIGMAPS, 'default') };
}

const lists = (client: ReturnType<typeof createFakeClient>): number => client.requests.filter(({ method, name }) => method === 'GET' && name === undefined).length;

describe('informer that follows the watch stream', () => {
  it('lists once through the API, then needs the stream alone', async () => {
    const { client, bus, informer, transcript, maps, caughtUp, publish } = setup();
    await bus.watch.ensure(2);
    informer.start();
    await informer.waitForSync();
    await maps.create(configMap('b', '1'));
    await client.resource({ group: '', version: 'v1', resource: 'secrets' }, 'default').create({ kind: 'Secret', apiVersion: 'v1', metadata: { name: 's' } });
    await maps.update(configMap('a', '1'));
    await maps.delete('b');
    await publish();
    await caughtUp();
    await settle();
    expect(transcript.lines).toEqual(['initial a 0', 'add b 1', 'update a 1', 'delete b 1']);
    expect(client.requests.filter(({ method }) => method !== 'POST' && method !== 'PUT' && method !== 'DELETE')).toHaveLength(1);
    expect(informer.lister.get('a', 'default')?.metadata?.resourceVersion).toBe('4');
    await informer.stop();
  });

  it('lists again when the stream lost something, and goes on from there', async () => {
    const { client, bus, informer, transcript, maps, caughtUp } = setup();
    await bus.watch.ensure(2);
    informer.start();
    await informer.waitForSync();
    await maps.update(configMap('a', '1'));
    await caughtUp();
    await maps.update(configMap('a', '2'));
    await maps.create(configMap('b', '2'));
    await bus.watch.purgeTo(5);
    await maps.update(configMap('b', '3'));
    await caughtUp();
    expect(lists(client)).toBe(2);
    expect(transcript.objects).toEqual({ 'default/a': '2', 'default/b': '3' });
    await maps.delete('a');
    await caughtUp();
    expect(transcript.lines.at(-1)).toBe('delete a 2');
    await informer.stop();
  });

  it('reads from the API what was too large for the stream', async () => {
    const { bus, informer, transcript, maps, caughtUp } = setup();
    await bus.watch.ensure(2);
    informer.start();
    await informer.waitForSync();
    await maps.create(configMap('large', LARGE));
    await caughtUp();
    await maps.create(configMap('b', '1'));
    await maps.delete('large');
    await caughtUp();
    expect(transcript.lines.map((line) => line.slice(0, 11))).toEqual(['initial a 0', 'add large x', 'add b 1', 'missed-dele']);
    await informer.stop();
  });

  it('ends as the world is, whatever was lost, repeated or cut', async () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), name, value: fc.option(fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 9 }).map(String) }, { weight: 1, arbitrary: fc.constant(LARGE) }), { nil: undefined }) }) },
      { weight: 2, arbitrary: fc.constantFrom(...(['publish', 'purge', 'lose', 'settle', 'later', 'cut'] as const)).map((kind) => ({ kind })) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { client, bus, clock, informer, transcript, publish, caughtUp, maps } = setup();
        await bus.watch.ensure(2);
        informer.start();
        for (const one of steps) {
          if (one.kind === 'write') {
            await write(client, one.name, one.value);
          } else if (one.kind === 'publish') await publish();
          else if (one.kind === 'purge') await bus.watch.purgeTo(client.api.store.revision + 1);
          else if (one.kind === 'lose') bus.faults.drop('watch.>', { times: 1 });
          else if (one.kind === 'settle') await settle();
          else if (one.kind === 'later') clock.advance(400);
          else {
            bus.faults.cut();
            await settle();
            bus.faults.heal();
          }
        }
        // The stream shows a gap only by what comes after it.
        await maps.create(configMap('last', '1'));
        await caughtUp();
        expect(transcript.objects).toEqual(contents(client.objects(CONFIGMAPS)));
        await informer.stop();
        await bus.close();
      }),
      { numRuns: 40 },
    );
  });
});

/** A carrier that shows what the test says, with no gap ever reported by itself. */
function scriptedCarrier(bus: Bus): { bus: Bus; show(entry: LogEntry): void } {
  let current: FollowOptions | undefined;
  const follow = async (options: FollowOptions): Promise<Subscription> => {
    current = options;
    return { close: () => Promise.resolve(void (current === options && (current = undefined))) };
  };
  const show = (entry: LogEntry): void => {
    const { headers, data } = encodeWatchMessage(entry);
    current?.onMessage({ subject: 'watch.core.configmaps.default.x', sequence: entry.revision, headers, data });
  };
  return { bus: { ...bus, watch: { ...bus.watch, follow } }, show };
}

describe('informer on a carrier that loses and repeats in silence', () => {
  it('notices a lost message by the next one, and shows a repeated one once', async () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const step = fc.record({ name, value: fc.option(fc.nat({ max: 9 }).map(String), { nil: undefined }), times: fc.constantFrom(1, 1, 1, 0, 2), again: fc.boolean(), settles: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const client = createFakeClient([configMap('a', '0')]);
        const clock = new FakeClock();
        const { bus, show } = scriptedCarrier(createMemoryBus());
        const entries: LogEntry[] = [];
        client.api.store.listen((event) => entries.push(entryOf(event, entries.at(-1)?.revision ?? 1)));
        const informer = createInformer({ source: followSource({ bus, client, reference: CONFIGMAPS }), clock });
        const transcript = new Transcript(informer);
        informer.start();
        for (const { name: which, value, times, again, settles } of steps) {
          const before = entries.length;
          await write(client, which, value);
          for (let count = 0; entries.length > before && count < times; count += 1) show(entries.at(-1) as LogEntry);
          if (again) entries.slice(-4).forEach(show);
          if (settles) await settle();
        }
        // What was lost last shows only by what comes after it.
        for (let count = 0; count < 30; count += 1) {
          await settle();
          clock.advance(60_000);
        }
        await write(client, 'last', '1');
        show(entries.at(-1) as LogEntry);
        for (let count = 0; count < 30 && !informer.lister.get('last', 'default'); count += 1) {
          await settle();
          clock.advance(60_000);
        }
        expect(transcript.objects).toEqual(contents(client.objects(CONFIGMAPS)));
        expect(contents(informer.lister.list())).toEqual(contents(client.objects(CONFIGMAPS)));
        await informer.stop();
      }),
      { numRuns: 60 },
    );
  });
});

describe('informers', () => {
  it('are shared by resource, follow the bus, and watch sealed kinds through the API', async () => {
    const { client, bus } = setup();
    await bus.watch.ensure(2);
    const informers = createInformers({ client, bus });
    const maps = informers.informer(CONFIGMAPS, { byValue: ({ data }) => [data?.value ?? ''] });
    expect(informers.informer(CONFIGMAPS, { second: () => ['x'] })).toBe(maps);
    informers.informer({ group: '', version: 'v1', resource: 'secrets' });
    informers.start();
    await informers.waitForSync();
    await settle();
    expect(maps.lister.byIndex('byValue', '0')).toHaveLength(1);
    expect(maps.lister.byIndex('second', 'x')).toHaveLength(1);
    expect(client.requests.filter(({ method }) => method === 'WATCH').map(({ resource }) => resource)).toEqual(['/secrets']);
    await informers.stop();
    await bus.close();
  });
});
