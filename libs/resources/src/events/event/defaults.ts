import type { DefaultedNewEvent } from './strategy.js';

/** Go writes these structures always. */
export function defaultNewEvent(event: DefaultedNewEvent): void {
  event.metadata ??= {};
  event.regarding ??= {};
  event.deprecatedSource ??= {};
}
