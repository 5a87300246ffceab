import type { EventContent } from '@gantry/controller';
import { containersOf, initContainersOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import type { Refusal } from './refusal.js';

/** Events of a resize, with what the pod asks for in JSON as upstream writes it. */
export const resizeEvents = {
  started: (pod: Pod): EventContent => ({ type: 'Normal', reason: 'ResizeStarted', message: `Pod resize started: ${summary(pod)}` }),
  completed: (pod: Pod): EventContent => ({ type: 'Normal', reason: 'ResizeCompleted', message: `Pod resize completed: ${summary(pod)}` }),
  failed: (pod: Pod, error: string): EventContent => ({ type: 'Warning', reason: 'ResizeError', message: `Pod resize error: ${summary(pod, error)}` }),
  refused: (pod: Pod, { reason, message }: Refusal): EventContent => ({ type: 'Warning', reason: `Resize${reason}`, message: `Pod resize ${reason}: ${summary(pod, message)}` }),
} as const;

function summary(pod: Pod, error?: string): string {
  const said = (containers: readonly Container[]): object[] | undefined => (containers.length === 0 ? undefined : containers.map(({ name, resources = {} }) => ({ name, resources: ordered(resources) })));
  return JSON.stringify({ initContainers: said(initContainersOf(pod)), containers: said(containersOf(pod)), generation: pod.metadata?.generation ?? 0, error });
}

function ordered({ limits, requests, claims }: NonNullable<Container['resources']>): object {
  return { limits: sorted(limits), requests: sorted(requests), claims };
}

function sorted(list: Readonly<Record<string, string>> | undefined): object | undefined {
  return list && Object.fromEntries(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1)));
}
