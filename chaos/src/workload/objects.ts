import { OPERATION_KEY } from '@gantry/testkit';

/** The objects of a run, as requests name them and as the log does. */
export const COLLECTION = '/api/v1/namespaces/default/configmaps';
export const PREFIX = 'core/configmaps/default/';
/** Of the objects that selectors choose by. */
export const LABEL = 'colour';
export const COLOURS = ['red', 'green'] as const;
/** What all clients count up. */
export const COUNTER = 'counter';

export function keyOf(name: string): string {
  return PREFIX + name;
}

/** What is read of an object; what else it has is of no interest. */
export interface Shown {
  readonly name: string;
  readonly revision: number;
  readonly uid: string;
  readonly operation: string | undefined;
  readonly count: number;
}

export function shownOf(object: unknown): Shown {
  const { metadata, data } = object as { metadata: { name: string; resourceVersion: string; uid: string }; data?: Record<string, string> };
  return { name: metadata.name, revision: Number(metadata.resourceVersion), uid: metadata.uid, operation: data?.[OPERATION_KEY], count: Number(data?.['count'] ?? 0) };
}

/** A whole object that says which operation wrote it. */
export function objectOf(name: string, operation: string, colour: string, more: { count?: number; revision?: number } = {}): object {
  return {
    metadata: { name, labels: { [LABEL]: colour }, ...(more.revision === undefined ? {} : { resourceVersion: String(more.revision) }) },
    data: { [OPERATION_KEY]: operation, ...(more.count === undefined ? {} : { count: String(more.count) }) },
  };
}
