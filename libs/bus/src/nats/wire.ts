import type { Msg } from '@nats-io/transport-node';
import type { BusHeaders } from '../bus.js';

/** Sends a message; throws a BusError where it cannot. */
export type Send = (subject: string, data: Uint8Array, headers?: BusHeaders, own?: Readonly<Record<string, string>>, reply?: string) => void;

/** Opens a subscription of the connection; `close` lets what has arrived be handled first. */
export type Listen = (pattern: string, queue: string | undefined, handle: (message: Msg) => void) => { close(): Promise<void> };

/** Beside every subject that takes requests: whoever works on one hears there that nobody waits for it any more. */
export function cancelSubject(subject: string): string {
  return `_CANCEL.${subject}`;
}
