import { randomUUID } from 'node:crypto';

/** An object that a token is of or bound to. */
export interface ObjectRef {
  readonly name: string;
  readonly uid: string;
}

/** What a token says under `kubernetes.io`. */
export interface KubernetesClaims {
  readonly namespace: string;
  readonly serviceaccount: ObjectRef;
  readonly pod?: ObjectRef;
  readonly secret?: ObjectRef;
  /** Where the token is bound to a pod: the node that had it. Without uid when there was no such node. */
  readonly node?: { readonly name: string; readonly uid?: string };
  /** Seconds since the epoch: from here on the token should have been renewed. */
  readonly warnafter?: number;
}

/** All claims of a token, times in seconds since the epoch. */
export interface TokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly jti: string;
  readonly 'kubernetes.io': KubernetesClaims;
}

/** How long the token of `kube-api-access` is asked for: by this odd number it is known. */
const WARN_ONLY_SECONDS = 3607;
const EXTENDED_SECONDS = 365 * 24 * 60 * 60;

export interface ClaimsInput {
  readonly issuer: string;
  readonly userName: string;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** Whether all audiences are those of this API. */
  readonly isForApi: boolean;
  readonly bound: Omit<KubernetesClaims, 'warnafter'>;
  /** Seconds since the epoch. */
  readonly now: number;
}

/**
 * The claims of a new token. A pod's own token for this API lives for a year and is only due for renewal after what was asked for, as upstream
 * has it by default: clients that never read the file again go on.
 */
export function claimsFor({ issuer, userName, audiences, expirationSeconds, isForApi, bound, now }: ClaimsInput): TokenClaims {
  const isExtended = bound.pod !== undefined && isForApi && expirationSeconds === WARN_ONLY_SECONDS;
  return {
    aud: audiences,
    exp: now + (isExtended ? EXTENDED_SECONDS : expirationSeconds),
    iat: now,
    iss: issuer,
    jti: randomUUID(),
    'kubernetes.io': isExtended ? { ...bound, warnafter: now + expirationSeconds } : bound,
    nbf: now,
    sub: userName,
  };
}
