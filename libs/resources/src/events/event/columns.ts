import type { TypedColumn } from '../../define-kind.js';
import { eventColumns } from '../../core/event/columns.js';
import { toCoreEvent } from './conversion.js';
import type { DefaultedNewEvent } from './strategy.js';

/** The columns of `kubectl get events.events.k8s.io`: those of the stored form. */
export const newEventColumns: readonly TypedColumn<DefaultedNewEvent>[] = eventColumns.map((column) => ({
  ...column,
  cell: (event: DefaultedNewEvent, now: number) => column.cell(toCoreEvent(event), now),
}));
