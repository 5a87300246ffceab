/** Whose a node's name is: the key that its last certificate was asked for or shown with. */
export interface NodeKeyPin {
  /** SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch at which the key was last seen. */
  readonly seen: number;
}

export interface NodeNameState {
  /** undefined: no key is known. */
  readonly pin: NodeKeyPin | undefined;
  /** Milliseconds since the epoch until which the node's Lease says that it lives; undefined: there is none. */
  readonly liveUntil: number | undefined;
}

/** A node that has just been given its name has this long to renew its Lease for the first time. */
export const JOIN_PATIENCE_MS = 60_000;

/** Whether a key may have a node's name. `own`: it has it. `free`: nobody who lives has it. */
export function judgeClaim({ pin, liveUntil }: NodeNameState, fingerprint: string, now: number): 'own' | 'free' | 'taken' {
  if (pin?.fingerprint === fingerprint) return 'own';
  if (liveUntil !== undefined && liveUntil > now) return 'taken';
  return pin !== undefined && pin.seen + JOIN_PATIENCE_MS > now ? 'taken' : 'free';
}
