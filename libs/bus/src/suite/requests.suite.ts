import { describe, expect, it } from 'vitest';
import { BusError, NotSentError } from '../bus.js';
import type { Current } from './harness.suite.js';
import { bytes, collector, text } from './collect.suite.js';

const LONG = 15_000;

export function describeRequests(current: Current): void {
  describe('request and reply', () => {
    it('answers with bytes and headers', async () => {
      const { left, right, settle } = current();
      right.respond('echo.*', (message) => ({ data: bytes(`${message.subject}:${text(message.data)}`), headers: { seen: message.headers.mark ?? '' } }));
      await settle(right);
      const reply = await left.request('echo.x', bytes('hi'), { timeoutMs: LONG, headers: { mark: 'm' } });
      expect([text(reply.data), reply.headers]).toEqual(['echo.x:hi', { seen: 'm' }]);
    });

    it('answers a thousand at once, each with its own', async () => {
      const { left, right, settle } = current();
      right.respond('echo', async (message) => ({ data: message.data }));
      await settle(right);
      const replies = await Promise.all(Array.from({ length: 1000 }, (_, index) => left.request('echo', bytes(String(index)), { timeoutMs: LONG })));
      expect(replies.map((reply) => Number(text(reply.data)))).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    });

    it('fails at once when nobody listens', async () => {
      await expect(current().left.request('nobody', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'no-responders' });
    });

    it('fails once the only responder is closed', async () => {
      const { left, right, settle } = current();
      const subscription = right.respond('a', () => ({ data: bytes('x') }));
      await settle(right);
      await subscription.close();
      await settle(right);
      await expect(left.request('a', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'no-responders' });
    });

    it('tells the responder when the deadline passed', async () => {
      const { left, right, settle } = current();
      const aborted = collector<boolean>();
      right.respond('slow', (_message, signal) => new Promise(() => signal.addEventListener('abort', () => aborted.push(true))));
      await settle(right);
      await expect(left.request('slow', bytes(''), { timeoutMs: 20 })).rejects.toMatchObject({ code: 'timeout' });
      await aborted.next();
    });

    it('tells the responder when the requester cancels', async () => {
      const { left, right, settle } = current();
      const events = collector<string>();
      right.respond('slow', (_message, signal) => {
        events.push('started');
        return new Promise(() => signal.addEventListener('abort', () => events.push('aborted')));
      });
      await settle(right);
      const controller = new AbortController();
      const request = left.request('slow', bytes(''), { timeoutMs: LONG, signal: controller.signal });
      const refused = expect(request).rejects.toMatchObject({ code: 'cancelled' });
      await events.next();
      controller.abort();
      await refused;
      expect(await events.next()).toBe('aborted');
    });

    it('sends nothing for a signal that was aborted before', async () => {
      const { left, right, settle } = current();
      const got = collector<string>();
      right.respond('a', (message) => {
        got.push(text(message.data));
        return { data: bytes('') };
      });
      await settle(right);
      await expect(left.request('a', bytes('never'), { timeoutMs: LONG, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
      await left.request('a', bytes('later'), { timeoutMs: LONG });
      expect(got.values).toEqual(['later']);
    });

    it.each([
      ['an error', new Error('broken pipe'), 'handler-failed', 'broken pipe'],
      ['a refusal', new BusError('refused', 'not for you'), 'refused', 'not for you'],
      ['an error of the bus that is the responder’s own', new BusError('timeout', 'mine'), 'handler-failed', 'mine'],
    ])('carries %s of the responder', async (_name, error, code, message) => {
      const { left, right, settle } = current();
      right.respond('a', async () => {
        throw error;
      });
      await settle(right);
      await expect(left.request('a', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code, message });
    });

    it('refuses a request and an answer that are too large', async () => {
      const { left, right, settle } = current();
      right.respond('big', () => ({ data: new Uint8Array(right.maxPayload + 1) }));
      await settle(right);
      await expect(left.request('big', new Uint8Array(left.maxPayload + 1), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'too-large' });
      await expect(left.request('big', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'too-large' });
    });

    it('shares requests among the responders of a queue', async () => {
      const { left, right, settle } = current();
      const answered: Record<string, number> = { left: 0, right: 0 };
      left.respond('a', () => ({ data: bytes(`left ${(answered.left as number)++}`) }), { queue: 'q' });
      right.respond('a', () => ({ data: bytes(`right ${(answered.right as number)++}`) }), { queue: 'q' });
      await settle(left);
      await settle(right);
      await Promise.all(Array.from({ length: 50 }, () => left.request('a', bytes(''), { timeoutMs: LONG })));
      expect((answered.left as number) + (answered.right as number)).toBe(50);
      expect(Math.min(answered.left as number, answered.right as number)).toBeGreaterThan(0);
    });

    it('waits for running handlers on closing a subscription', async () => {
      const { left, right, settle } = current();
      const events = collector<string>();
      let release = (): void => undefined;
      const subscription = right.respond('a', async () => {
        events.push('started');
        await new Promise<void>((resolve) => (release = resolve));
        events.push('finished');
        return { data: bytes('late') };
      });
      await settle(right);
      const request = left.request('a', bytes(''), { timeoutMs: LONG });
      await events.next();
      const closed = subscription.close().then(() => events.push('closed'));
      release();
      await closed;
      expect(text((await request).data)).toBe('late');
      expect(events.values).toEqual(['started', 'finished', 'closed']);
    });
  });

  describe('connection', () => {
    it('says at once that it is connected', () => {
      const seen: boolean[] = [];
      current().left.onConnection((connected) => seen.push(connected));
      expect(seen).toEqual([true]);
    });

    it('fails what is pending and what comes after on closing', async () => {
      const { left, right, settle } = current();
      const started = collector<boolean>();
      right.respond('a', () => {
        started.push(true);
        return new Promise(() => undefined);
      });
      await settle(right);
      const pending = expect(left.request('a', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'disconnected' });
      await started.next();
      const seen: boolean[] = [];
      left.onConnection((connected) => seen.push(connected));
      await left.close();
      await pending;
      await expect(left.request('a', bytes(''), { timeoutMs: LONG })).rejects.toBeInstanceOf(NotSentError);
      expect(seen).toEqual([true, false]);
    });
  });
}
