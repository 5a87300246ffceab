import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { QueueSink } from './queue-sink.js';
import { ResponseSink } from './response-sink.js';

describe('a client that left before its answer began', () => {
  it('is noticed by who asks a response for it', () => {
    let isNoticed = false;
    const response = Object.assign(new EventEmitter(), { destroyed: true }) as unknown as ServerResponse;
    new ResponseSink(response).onGone(() => (isNoticed = true));
    expect(isNoticed).toBe(true);
  });

  it('is noticed by who asks a queue for it', () => {
    let isNoticed = false;
    const sink = new QueueSink();
    sink.leave();
    sink.onGone(() => (isNoticed = true));
    expect(isNoticed).toBe(true);
  });
});

describe('who waits for the end of a stream', () => {
  const queue = (): QueueSink => new QueueSink();
  it.each([
    ['its writer ends it', (sink: QueueSink) => sink.end()],
    ['its writer breaks it', (sink: QueueSink) => sink.destroy()],
    ['its client leaves', (sink: QueueSink) => sink.leave()],
  ])('is told once: %s', (_, end) => {
    const sink = queue();
    let told = 0;
    sink.onOver(() => (told += 1));
    end(sink);
    sink.end();
    sink.leave();
    sink.onOver(() => (told += 10));
    expect(told).toBe(11);
  });
});
