import { silentLogger } from '@gantry/async';
import { expect, it } from 'vitest';
import type { BusMessage } from '../bus.js';
import { createGuard } from '../guard.js';
import { bytes, collector } from '../suite/collect.suite.js';
import { Follower } from './follower.js';

interface Question {
  readonly subject: string;
  answer(): void;
}

/** A follower whose questions to the server, but for the last, are answered by the test. */
function setUp() {
  const questions = collector<Question>();
  const request = (subject: string): Promise<BusMessage> =>
    new Promise((resolve) => {
      const data = bytes(JSON.stringify({ created: 'then', state: { first_seq: 1, last_seq: 0 } }));
      const answer = (): void => resolve({ subject, headers: {}, data });
      if (subject.startsWith('$JS.API.CONSUMER.DELETE.')) answer();
      else questions.push({ subject, answer });
    });
  const port = { stream: 'WATCH', bus: { request }, send: () => undefined, listen: () => ({ close: () => Promise.resolve() }), guard: createGuard(), logger: silentLogger, inbox: '_INBOX.a.follow' };
  return { questions, follower: new Follower({ fromSequence: 1, onMessage: () => undefined }, port) };
}

it('makes its consumer again when the connection was lost and found again while it made one', async () => {
  const { questions, follower } = setUp();
  const started = follower.start();
  (await questions.next()).answer();
  const first = await questions.next();
  const restarted = follower.restart();
  first.answer();
  await Promise.all([started, restarted]);
  const info = await questions.next();
  expect(info.subject).toBe('$JS.API.STREAM.INFO.WATCH');
  info.answer();
  const second = await questions.next();
  expect(second.subject).toMatch(/^\$JS\.API\.CONSUMER\.CREATE\.WATCH\./);
  expect(second.subject).not.toBe(first.subject);
  second.answer();
  await follower.close();
});
