import { authenticated, SERVICE_ACCOUNTS_GROUP, serviceAccountUserName } from '../http/authz/identity.js';
import type { Identity } from '../http/authz/identity.js';
import { quotedList } from '../http/authz/rbac/covering.js';
import type { ServiceAccountOptions } from '../options.js';
import { boundObjectsProblem } from './bound-objects.js';
import type { BoundObjectReaders } from './bound-objects.js';
import { claimsFor } from './claims.js';
import type { ClaimsInput, KubernetesClaims, TokenClaims } from './claims.js';
import { createKeyRing } from './keys.js';
import type { KeyRing } from './keys.js';
import { signToken } from './sign-token.js';
import { TokenError, VerifiedTokens } from './verified-tokens.js';

/** Who a token is of, and for whom it is good. */
export interface AuthenticatedToken {
  readonly identity: Identity;
  /** Those of the wanted audiences that the token has; at least one. */
  readonly audiences: readonly string[];
}

/** Makes service account tokens, and says whose a token is. */
export class ServiceAccountTokens {
  readonly keys: KeyRing;
  readonly issuer: string;
  /** Those of this API. */
  readonly audiences: readonly string[];
  readonly #verified: VerifiedTokens;
  readonly #identities = new WeakMap<TokenClaims, Identity>();

  constructor(
    { issuer, audiences, keys }: ServiceAccountOptions,
    private readonly readers: BoundObjectReaders,
    private readonly now: () => number,
  ) {
    this.keys = createKeyRing(keys);
    this.issuer = issuer;
    this.audiences = audiences ?? [issuer];
    this.#verified = new VerifiedTokens(this.keys, issuer);
  }

  /** A new token and, in milliseconds since the epoch, when it is to be renewed. */
  async issue(input: Pick<ClaimsInput, 'audiences' | 'expirationSeconds' | 'bound'>): Promise<{ token: string; expires: number }> {
    const now = this.#seconds();
    const isForApi = input.audiences.every((audience) => this.audiences.includes(audience));
    const userName = serviceAccountUserName(input.bound.namespace, input.bound.serviceaccount.name);
    const claims = claimsFor({ ...input, issuer: this.issuer, userName, isForApi, now });
    return { token: await signToken(this.keys.signing, claims), expires: (now + input.expirationSeconds) * 1000 };
  }

  /** Throws TokenError for a token that proves nothing; undefined for what is no token of this issuer. */
  async authenticate(token: string, wanted: readonly string[] = this.audiences): Promise<AuthenticatedToken | undefined> {
    const now = this.#seconds();
    const claims = await this.#verified.claimsOf(token, now);
    if (claims === undefined) return undefined;
    const audiences = wanted.filter((audience) => claims.aud.includes(audience));
    if (audiences.length === 0) throw new TokenError(`token audiences ${quotedList(claims.aud)} is invalid for the target audiences ${quotedList(wanted)}`);
    const found = boundObjectsProblem(this.readers, claims['kubernetes.io'], now);
    const problem = found instanceof Promise ? await found : found;
    if (problem !== undefined) throw new TokenError(problem);
    return { identity: this.#identityOf(claims), audiences };
  }

  #seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /** The same object for the same token while it is remembered: permissions are looked up by it. */
  #identityOf(claims: TokenClaims): Identity {
    let identity = this.#identities.get(claims);
    if (identity === undefined) this.#identities.set(claims, (identity = identityFor(claims)));
    return identity;
  }
}

function identityFor({ jti, 'kubernetes.io': claims }: TokenClaims): Identity {
  const { namespace, serviceaccount } = claims;
  const groups = [SERVICE_ACCOUNTS_GROUP, `${SERVICE_ACCOUNTS_GROUP}:${namespace}`];
  return { ...authenticated(serviceAccountUserName(namespace, serviceaccount.name), groups), uid: serviceaccount.uid, extra: extraOf(jti, claims) };
}

function extraOf(jti: string, { pod, node }: KubernetesClaims): Record<string, string[]> {
  const facts = { 'credential-id': `JTI=${jti}`, 'node-name': node?.name, 'node-uid': node?.uid, 'pod-name': pod?.name, 'pod-uid': pod?.uid };
  return Object.fromEntries(Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : [[`authentication.kubernetes.io/${key}`, [value]]])));
}
