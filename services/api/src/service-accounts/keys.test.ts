import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKeyRing } from './keys.js';
import { signToken } from './sign-token.js';
import type { TokenClaims } from './claims.js';
import { VerifiedTokens } from './verified-tokens.js';

const encoding = { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } } as const;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048, ...encoding });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256', ...encoding });
const ed = generateKeyPairSync('ed25519', encoding);

const NOW = 1_800_000_000;
const claims = (exp: number): TokenClaims => ({ iss: 'i', sub: 's', aud: ['a'], iat: NOW, nbf: NOW, exp, jti: 'j', 'kubernetes.io': { namespace: 'n', serviceaccount: { name: 'x', uid: 'u' } } });

describe('a ring of keys', () => {
  it('names each key by what it is, and takes a public one to verify', () => {
    const ring = createKeyRing([ec.privateKey, rsa.publicKey]);
    expect([...ring.verification.values()].map(({ algorithm }) => algorithm)).toEqual(['ES256', 'RS256']);
    expect(createKeyRing([rsa.privateKey]).signing.id).toBe([...ring.verification.keys()][1]);
    expect(createPublicKey(ec.privateKey).export(encoding.publicKeyEncoding)).toBe(ec.publicKey);
  });

  it('signs with a private key of a known kind', () => {
    expect(() => createKeyRing([])).toThrow('service account tokens need at least one key');
    expect(() => createKeyRing([rsa.publicKey])).toThrow();
    expect(() => createKeyRing([ed.privateKey])).toThrow('a key of type ed25519 cannot sign service account tokens');
  });

  it.each([['RSA', rsa.privateKey], ['EC', ec.privateKey]])('of %s signs what it verifies', async (_kind, key) => {
    const ring = createKeyRing([key]);
    expect(await new VerifiedTokens(ring, 'i').claimsOf(await signToken(ring.signing, claims(NOW + 600)), NOW)).toMatchObject({ sub: 's', exp: NOW + 600 });
  });
});

describe('a remembered token', () => {
  it('is good no longer than it says, with the same minute to spare', async () => {
    const ring = createKeyRing([rsa.privateKey]);
    const tokens = new VerifiedTokens(ring, 'i');
    const token = await signToken(ring.signing, claims(NOW + 30));
    const first = await tokens.claimsOf(token, NOW);
    expect(await tokens.claimsOf(token, NOW + 29)).toBe(first);
    expect(await tokens.claimsOf(token, NOW + 80)).toEqual(first);
    await expect(tokens.claimsOf(token, NOW + 91)).rejects.toThrow('service account token has expired');
  });
});
