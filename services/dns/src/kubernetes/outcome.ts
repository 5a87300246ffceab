import type { DnsRecord } from '../wire/answer.js';

/** What the cluster says to a question. */
export type Outcome =
  | { readonly kind: 'records'; readonly answers: readonly DnsRecord[]; readonly additional?: readonly DnsRecord[] }
  /** The name is there, a record of this type is not. */
  | { readonly kind: 'no-data' }
  | { readonly kind: 'no-name' }
  /** Another name for this one, without the last dot. */
  | { readonly kind: 'alias'; readonly target: string };

export const NO_DATA: Outcome = { kind: 'no-data' };
export const NO_NAME: Outcome = { kind: 'no-name' };

/** Of a name that is there: its records of the type asked for, if any. */
export function recordsOrNoData(answers: readonly DnsRecord[], additional?: readonly DnsRecord[]): Outcome {
  return answers.length === 0 ? NO_DATA : { kind: 'records', answers, additional };
}
