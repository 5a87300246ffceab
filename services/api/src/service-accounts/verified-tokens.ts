import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { KeyRing } from './keys.js';
import { LEEWAY_SECONDS } from './leeway.js';
import type { TokenClaims } from './claims.js';

/** A token that proves nothing; the message says why, to who reviews it and to nobody else. */
export class TokenError extends Error {}

interface Verified {
  readonly claims: TokenClaims;
  /** Seconds since the epoch. */
  readonly until: number;
}

const REMEMBERED_SECONDS = 60;
const REMEMBERED = 4_096;

/**
 * The claims of tokens whose signature, issuer and times are right. A signature that was right is remembered for a minute, under the hash of its
 * token: checking one costs more than the rest of a request. What a token rests on is not judged here.
 */
export class VerifiedTokens {
  readonly #verified = new Map<string, Verified>();

  constructor(
    private readonly keys: KeyRing,
    private readonly issuer: string,
  ) {}

  /** `now` in seconds since the epoch. Throws TokenError; undefined: another issuer's, or no token at all. */
  async claimsOf(token: string, now: number): Promise<TokenClaims | undefined> {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(hash);
    if (known !== undefined && known.until > now) return known.claims;
    const claims = await this.#verify(token, now);
    if (claims !== undefined) this.#remember(hash, { claims, until: Math.min(now + REMEMBERED_SECONDS, claims.exp) });
    return claims;
  }

  #remember(hash: string, verified: Verified): void {
    if (this.#verified.size >= REMEMBERED) this.#verified.delete(this.#verified.keys().next().value!);
    this.#verified.delete(hash);
    this.#verified.set(hash, verified);
  }

  async #verify(token: string, now: number): Promise<TokenClaims | undefined> {
    const { jwtVerify, errors } = await import('jose');
    if (!this.#isOurs(token)) return undefined;
    const keyFor = ({ kid, alg }: { kid?: string; alg?: string }): KeyObject => {
      const key = this.keys.verification.get(kid ?? '');
      if (key === undefined || key.algorithm !== alg) throw new TokenError('no public key matches the token');
      return key.publicKey;
    };
    try {
      const algorithms = [...new Set([...this.keys.verification.values()].map(({ algorithm }) => algorithm))];
      const { payload } = await jwtVerify(token, keyFor, { algorithms, issuer: this.issuer, clockTolerance: LEEWAY_SECONDS, currentDate: new Date(now * 1000), requiredClaims: ['exp', 'sub', 'aud'] });
      return withAccount(payload as unknown as TokenClaims);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new TokenError('service account token has expired');
      throw error instanceof TokenError ? error : new TokenError('the token could not be verified');
    }
  }

  /** Looked at before any signature: what another issuer made is not ours to judge. */
  #isOurs(token: string): boolean {
    const [, payload, signature, ...rest] = token.split('.');
    if (payload === undefined || signature === undefined || rest.length > 0) return false;
    try {
      return (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { iss?: unknown } | null)?.iss === this.issuer;
    } catch {
      return false;
    }
  }
}

/** What was signed with these keys for another purpose is no token of an account. */
function withAccount(claims: TokenClaims): TokenClaims {
  const { namespace, serviceaccount } = (claims['kubernetes.io'] ?? {}) as Partial<TokenClaims['kubernetes.io']>;
  if (!namespace || !serviceaccount?.name || !serviceaccount.uid) throw new TokenError('the token is not of a service account');
  return claims;
}
