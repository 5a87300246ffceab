import { silentLogger } from '@gantry/async';
import type { Bus, FollowOptions, SequencedMessage } from '@gantry/bus';
import { StorageError } from '@gantry/storage';
import type { HistoryPage, LogEntry } from '@gantry/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { Feed } from './feed.js';

const entry = (revision: number, transactionLast = true): LogEntry => ({
  key: `g/r/n/k${String(revision)}`, revision, value: new Uint8Array(), spliceOffset: 0, schemaHash: '', type: 'ADDED', epoch: 1, previousKind: 0, previousObject: 0, transactionLast,
});

/** The body of a message that has none: whoever decodes it asks the store, which fails. */
const BY_REFERENCE = new Uint8Array();

/** A feed over a bus and a log that the test plays, with a transcript of what it applied. */
class Scene {
  readonly transcript: string[] = [];
  log: LogEntry[] = [];
  snapshot = 2;
  historyCalls = 0;
  failure: Error | undefined;
  follow: FollowOptions | undefined;
  progress: ((revision: number) => void) | undefined;
  readonly feed: Feed;

  constructor() {
    const subscription = { close: () => Promise.resolve() };
    const bus = {
      subscribe: (_pattern: string, handler: (message: { data: Uint8Array }) => void) => {
        this.progress = (revision) => handler({ data: Buffer.from(String(revision)) });
        return subscription;
      },
      watch: { follow: (options: FollowOptions) => ((this.follow = options), Promise.resolve(subscription)) },
    } as unknown as Bus;
    const storage = { history: (after: number) => this.#history(after) } as never;
    this.feed = new Feed({
      bus, storage, logger: silentLogger,
      decode: ({ sequence, data }) => (data === BY_REFERENCE ? Promise.reject(new Error('the body could not be read')) : (this.log.find(({ revision }) => revision === sequence) ?? entry(sequence))),
      apply: (entries) => void this.transcript.push(entries.map(({ revision }) => revision).join('+')),
      relist: () => (this.transcript.push('relist'), Promise.resolve(this.snapshot)),
      onProgress: (revision) => void this.transcript.push(`progress ${String(revision)}`),
    });
  }

  say(sequence: number, data?: Uint8Array): void {
    this.follow!.onMessage({ sequence, data } as SequencedMessage);
  }

  #history(after: number): Promise<HistoryPage> {
    this.historyCalls++;
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) return Promise.reject(failure);
    const entries = this.log.filter(({ revision }) => revision > after).slice(0, 2);
    return Promise.resolve({ entries, revision: this.log.at(-1)?.revision ?? 0 });
  }
}

/** The loop turns until everything that does not wait for time is done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the feed of the caches', () => {
  let scene: Scene;
  afterEach(() => scene.feed.stop());
  const started = async (): Promise<Scene> => {
    scene = new Scene();
    await scene.feed.start();
    scene.transcript.length = 0;
    return scene;
  };

  it('begins behind its snapshot and applies what follows, once', async () => {
    const { feed, transcript, follow } = await started();
    expect(follow!.fromSequence).toBe(3);
    for (const sequence of [3, 4, 4, 3, 5]) scene.say(sequence);
    expect([transcript, feed.applied]).toEqual([['3', '4', '5'], 5]);
  });

  it('fills a gap from the log, page by page, before anything behind it', async () => {
    const { transcript } = await started();
    scene.log = [3, 4, 5, 6, 7].map((revision) => entry(revision));
    scene.say(7);
    scene.say(8);
    await settled();
    expect(transcript).toEqual(['3', '4', '5', '6', '7', '8']);
  });

  it('applies the operations of one write together, from the bus and from the log', async () => {
    const { transcript, feed } = await started();
    scene.log = [entry(3, false), entry(4, false), entry(5), entry(6, false), entry(7)];
    scene.say(3);
    scene.say(4);
    expect([transcript, feed.applied]).toEqual([[], 2]);
    scene.say(5);
    scene.say(7);
    await settled();
    expect(transcript).toEqual(['3+4+5', '6+7']);
  });

  it('reads the log for a body that was too large to be sent, and lets nothing fail behind its back', async () => {
    const { transcript } = await started();
    scene.log = [entry(3), entry(4)];
    scene.say(3, BY_REFERENCE);
    await settled();
    scene.say(5);
    expect(transcript).toEqual(['3', '4', '5']);
  });

  it('follows nothing when it was stopped while it listed', async () => {
    scene = new Scene();
    const starting = scene.feed.start();
    await scene.feed.stop();
    await starting;
    expect(scene.follow).toBeUndefined();
  });

  it('reads a lost tail when the progress message names it, and is asked for nothing when there is none', async () => {
    const { transcript } = await started();
    scene.progress!(2);
    expect([transcript, scene.historyCalls]).toEqual([['progress 2'], 0]);
    scene.log = [entry(3)];
    scene.progress!(3);
    await settled();
    expect(transcript).toEqual(['progress 2', '3']);
  });

  it('starts over from a snapshot when the log no longer reaches back', async () => {
    const { transcript, feed } = await started();
    scene.failure = new StorageError('compacted', 'gone');
    scene.snapshot = 9;
    scene.say(8);
    await settled();
    scene.say(10);
    expect([transcript, feed.applied]).toEqual([['relist', 'progress 9', '10'], 10]);
  });

  it('asks again after a log that could not be read', async () => {
    const { transcript } = await started();
    scene.log = [entry(3), entry(4)];
    scene.failure = new StorageError('unavailable', 'no leader');
    scene.say(4);
    await new Promise<void>((resolve) => {
      const push = transcript.push.bind(transcript);
      transcript.push = (...lines) => (lines.includes('4') && resolve(), push(...lines));
    });
    expect([...transcript]).toEqual(['3', '4']);
  });
});
