import { systemClock, delay } from '@gantry/async';
import type { RuntimeEvent } from '../runtime.js';
import type { Engine } from './engine.js';
import { label } from './labels.js';
import type { Labels, Owner } from './labels.js';

const RECONNECT_MS = 1000;
/** Those after which a pod may need something; execs are many and change nothing. */
const WATCHED = ['create', 'start', 'die', 'destroy', 'oom'];

export interface EngineEvent {
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Labels };
}

/** Seconds before a connection from which on events are asked for: the engine subscribes a moment after it has answered. */
const OVERLAP = 1;

/** What happens to a node's containers. What is lost in spite of all the kubelet finds when it relists. */
export function followEvents(engine: Engine, owner: Owner, listener: (event: RuntimeEvent) => void, signal: AbortSignal): Promise<void> {
  return followEngine(engine, { event: WATCHED, label: [`${label.cluster}=${owner.cluster}`, `${label.node}=${owner.node}`] }, (event) => deliver(event, listener), signal);
}

/**
 * Follows what happens to containers until `signal` aborts. What happened while no connection stood is asked for when one stands
 * again; the engine keeps its last 256 events.
 */
export async function followEngine(engine: Engine, narrow: { event: readonly string[]; label: readonly string[] }, listener: (event: EngineEvent) => void, signal: AbortSignal): Promise<void> {
  const filters = JSON.stringify({ type: ['container'], ...narrow });
  let since = Date.now() / 1000 - OVERLAP;
  while (!signal.aborted) {
    try {
      const stream = await engine.stream('/events', { filters, since: String(since) }, signal);
      for await (const line of lines(stream)) {
        listener(JSON.parse(line) as EngineEvent);
        since = Date.now() / 1000 - OVERLAP;
      }
    } catch {
      // Unreachable or cut: tried again below.
    }
    await delay(systemClock, RECONNECT_MS, signal).catch(() => undefined);
  }
}

function deliver(event: EngineEvent, listener: (event: RuntimeEvent) => void): void {
  const id = event.Actor?.ID;
  const labels = event.Actor?.Attributes ?? {};
  const podUid = labels[label.podUid];
  if (id === undefined || podUid === undefined) return;
  listener(labels[label.type] === 'sandbox' ? { sandboxId: id, podUid } : { containerId: id, podUid });
}

async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts.filter((part) => part.trim() !== '');
  }
}
