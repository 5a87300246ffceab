import type { Random, Recorder, Snapshot, WatchRecord } from '@gantry/testkit';
import type { Answer, ApiConnection } from './http.js';

/** A read that may be old: the state shown must have been, at `minimum` or later. */
export interface StaleRead {
  readonly client: string;
  readonly key: string;
  /** 0: nothing was there. */
  readonly revision: number;
  readonly minimum: number;
}

/** A list and what was asked of its revision. */
export interface AskedList {
  readonly snapshot: Snapshot;
  /** `newest`: at least what had ended before. A number: at least that. `exact`: that. */
  readonly least: 'newest' | number;
  readonly exact?: number;
}

/** Somebody was told that a revision is gone. `at` is by the wall clock of this machine. */
export interface Expiry {
  readonly client: string;
  readonly what: string;
  readonly revision: number;
  readonly at: number;
}

/** Everything that the clients of a run have seen. */
export interface Notes {
  readonly recorder: Recorder;
  readonly staleReads: StaleRead[];
  readonly lists: AskedList[];
  readonly watches: WatchRecord[];
  readonly expiries: Expiry[];
  /** How often each answer came: `POST 201`. */
  readonly answers: Map<string, number>;
}

/** What a client works with. Requests go to the replicas in turn. */
export interface Session {
  readonly client: string;
  readonly random: Random;
  readonly notes: Notes;
  readonly signal: AbortSignal;
  next(): ApiConnection;
}

/** Undefined where there was no whole answer. */
export async function ask({ notes, next }: Session, ...request: Parameters<ApiConnection['send']>): Promise<Answer | undefined> {
  const answer = await next().send(...request).catch(() => undefined);
  const what = `${request[0]} ${answer?.status ?? 'no answer'}`;
  notes.answers.set(what, (notes.answers.get(what) ?? 0) + 1);
  return answer;
}
