import { textAnswer } from './answer.js';
import type { WholeAnswer } from './answer.js';
import type { ResourceAttributes } from './authz/attributes.js';
import { MASTERS_GROUP } from './authz/identity.js';
import type { Identity } from './authz/identity.js';

export interface LoadLimits {
  /** Reads that are answered at a time; 0: without a bound. */
  readonly maxReadsInFlight: number;
  /** And all other requests. */
  readonly maxWritesInFlight: number;
}

/** What keeps the cluster alive is answered however much else there is. */
export type LoadExemption = (identity: Identity, attributes: ResourceAttributes) => boolean;

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);
const nothing = (): void => undefined;

/** Bounds how many requests for resources are being answered. Streams do not count, and administrators are never turned away, as upstream has it. */
export class LoadLimit {
  #reads = 0;
  #writes = 0;

  constructor(
    private readonly limits: LoadLimits,
    private readonly isExempt: LoadExemption,
  ) {}

  /** How to leave; undefined: there are too many. */
  enter(identity: Identity, attributes: ResourceAttributes): (() => void) | undefined {
    return READS.has(attributes.verb) ? this.#enterRead(identity, attributes) : this.#enterWrite(identity, attributes);
  }

  #enterRead(identity: Identity, attributes: ResourceAttributes): (() => void) | undefined {
    if (isFull(this.#reads, this.limits.maxReadsInFlight)) return this.#passes(identity, attributes) ? nothing : undefined;
    this.#reads += 1;
    return this.#leaveRead;
  }

  #enterWrite(identity: Identity, attributes: ResourceAttributes): (() => void) | undefined {
    if (isFull(this.#writes, this.limits.maxWritesInFlight)) return this.#passes(identity, attributes) ? nothing : undefined;
    this.#writes += 1;
    return this.#leaveWrite;
  }

  #passes(identity: Identity, attributes: ResourceAttributes): boolean {
    return identity.groups.includes(MASTERS_GROUP) || this.isExempt(identity, attributes);
  }

  readonly #leaveRead = (): void => void (this.#reads -= 1);
  readonly #leaveWrite = (): void => void (this.#writes -= 1);
}

function isFull(count: number, most: number): boolean {
  return most > 0 && count >= most;
}

/** In upstream's words, which are no Status. */
export function tooManyRequests(): WholeAnswer {
  const answer = textAnswer(429, 'Too many requests, please try again later.\n');
  answer.headers['retry-after'] = '1';
  return answer;
}
