import type { TokenClaims } from './claims.js';
import type { SigningKey } from './keys.js';

/** Signs a token. The library is loaded when the first is asked for. */
export async function signToken({ id, algorithm, privateKey }: SigningKey, claims: TokenClaims): Promise<string> {
  const { SignJWT } = await import('jose');
  return new SignJWT({ ...claims, aud: [...claims.aud] }).setProtectedHeader({ alg: algorithm, kid: id }).sign(privateKey);
}
