import type { authenticationV1, coreV1 } from '@gantry/api-types';
import type { Clock, Logger } from '@gantry/async';
import type { Client, TypedResourceReference } from '@gantry/client';
import { SERVICEACCOUNTS } from '@gantry/client';
import { identityOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';

/** Seconds. */
const DEFAULT_LIFE = 3600;
/** Milliseconds after which a token is replaced however long it lives. */
const LONGEST_USE = 24 * 3600 * 1000;
const USED_SHARE = 0.8;
/** Milliseconds by which refreshes are spread. */
const JITTER = 10_000;
/** Milliseconds until a refresh that failed is tried again, while the present token is good. */
const RETRY = 30_000;

export interface ServiceAccountToken {
  readonly token: string;
  /** Milliseconds since the epoch at which it should be replaced. */
  readonly refreshAt: number;
}

/** Tokens of pods' service accounts, bound to their pods. */
export interface ServiceAccountTokens {
  /**
   * A token that is good and not due to be replaced. `present`: the one that the pod's file holds, which a kubelet that was started
   * again goes on with. Rejects where there is none to be had.
   */
  get(pod: Pod, source: coreV1.ServiceAccountTokenProjection, present: string | undefined): Promise<ServiceAccountToken>;
  forget(podUid: string): void;
}

interface Held extends ServiceAccountToken {
  readonly expiresAt: number;
}

export interface TokensOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1); default `Math.random`. */
  readonly random?: () => number;
}

const TOKENS: TypedResourceReference<authenticationV1.TokenRequest> = { ...SERVICEACCOUNTS, kind: 'TokenRequest', objectType: undefined };

export function createServiceAccountTokens(options: TokensOptions): ServiceAccountTokens {
  return new Tokens(options);
}

class Tokens implements ServiceAccountTokens {
  readonly #held = new Map<string, Map<string, Held>>();

  constructor(private readonly options: TokensOptions) {}

  async get(pod: Pod, source: coreV1.ServiceAccountTokenProjection, present: string | undefined): Promise<ServiceAccountToken> {
    const { clock, logger } = this.options;
    const key = JSON.stringify([source.audience ?? '', source.expirationSeconds ?? DEFAULT_LIFE]);
    const held = this.#of(pod).get(key) ?? this.#adopted(pod, present);
    if (held !== undefined && held.refreshAt > clock.now()) return this.#keep(pod, key, held);
    try {
      return this.#keep(pod, key, await this.#request(pod, source));
    } catch (error) {
      if (held === undefined || held.expiresAt <= clock.now()) throw new Error(`failed to fetch token: ${messageOf(error)}`, { cause: error });
      logger.warn({ error: String(error), pod: identityOf(pod) }, 'a service account token could not be replaced yet');
      return { token: held.token, refreshAt: clock.now() + RETRY };
    }
  }

  forget(podUid: string): void {
    this.#held.delete(podUid);
  }

  #of(pod: Pod): Map<string, Held> {
    const { uid } = identityOf(pod);
    const held = this.#held.get(uid) ?? new Map<string, Held>();
    this.#held.set(uid, held);
    return held;
  }

  #keep(pod: Pod, key: string, held: Held): Held {
    this.#of(pod).set(key, held);
    return held;
  }

  async #request(pod: Pod, source: coreV1.ServiceAccountTokenProjection): Promise<Held> {
    const { uid, name, namespace } = identityOf(pod);
    const seconds = source.expirationSeconds ?? DEFAULT_LIFE;
    const request: authenticationV1.TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest',
      spec: { audiences: source.audience ? [source.audience] : [], expirationSeconds: seconds, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } },
    };
    const account = pod.spec?.serviceAccountName ?? 'default';
    const { status, spec } = await this.options.client.resource(TOKENS, namespace).create(request, { subresource: 'token', name: account });
    if (status?.token === undefined || status.expirationTimestamp === undefined) throw new Error('the answer has no token');
    const expiresAt = Date.parse(status.expirationTimestamp);
    return this.#timed(status.token, expiresAt - (spec?.expirationSeconds ?? seconds) * 1000, expiresAt);
  }

  #adopted(pod: Pod, present: string | undefined): Held | undefined {
    const life = present === undefined ? undefined : tokenLife(present, identityOf(pod).uid);
    return present === undefined || life === undefined ? undefined : this.#timed(present, life.issuedAt, life.expiresAt);
  }

  #timed(token: string, issuedAt: number, expiresAt: number): Held {
    return { token, expiresAt, refreshAt: refreshTime(issuedAt, expiresAt, (this.options.random ?? Math.random)() * JITTER) };
  }
}

/** Milliseconds since the epoch: after four fifths of its life, or a day. */
export function refreshTime(issuedAt: number, expiresAt: number, jitter: number): number {
  return Math.min(issuedAt + LONGEST_USE, issuedAt + (expiresAt - issuedAt) * USED_SHARE) - jitter;
}

interface Claims {
  readonly iat?: unknown;
  readonly exp?: unknown;
  readonly 'kubernetes.io'?: { readonly warnafter?: unknown; readonly pod?: { readonly uid?: unknown } };
}

/** When a token that is bound to this pod was issued and should end, by its own words (milliseconds since the epoch); its signature is the server's affair. */
export function tokenLife(token: string, podUid: string): { issuedAt: number; expiresAt: number } | undefined {
  const claims = claimsOf(token);
  const issued = claims?.iat;
  const end = claims?.['kubernetes.io']?.warnafter ?? claims?.exp;
  if (claims?.['kubernetes.io']?.pod?.uid !== podUid || typeof issued !== 'number' || typeof end !== 'number') return undefined;
  return { issuedAt: issued * 1000, expiresAt: end * 1000 };
}

function claimsOf(token: string): Claims | undefined {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
