import type { coreV1 } from '@gantry/api-types';

/** An event as defaults leave it; core/v1 is the stored form. */
export type DefaultedEvent = coreV1.Event;

/** Go writes these structures always. */
export function defaultEvent(event: DefaultedEvent): void {
  event.metadata ??= {};
  event.involvedObject ??= {};
  event.source ??= {};
  event.reportingComponent ??= '';
  event.reportingInstance ??= '';
}
