import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKeyRing } from './keys.js';
import { signToken } from './sign-token.js';
import type { TokenClaims } from './claims.js';
import { VerifiedTokens } from './verified-tokens.js';

const pems = ({ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }): { privateKey: string; publicKey: string } => ({
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
});
const rsa = pems(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const ec = pems(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const ed = pems(generateKeyPairSync('ed25519'));

const NOW = 1_800_000_000;
const claims = (exp: number): TokenClaims => ({ iss: 'i', sub: 's', aud: ['a'], iat: NOW, nbf: NOW, exp, jti: 'j', 'kubernetes.io': { namespace: 'n', serviceaccount: { name: 'x', uid: 'u' } } });

describe('a ring of keys', () => {
  it('names each key by what it is, and takes a public one to verify', () => {
    const ring = createKeyRing([ec.privateKey, rsa.publicKey]);
    expect([...ring.verification.values()].map(({ algorithm }) => algorithm)).toEqual(['ES256', 'RS256']);
    expect(createKeyRing([rsa.privateKey]).signing.id).toBe([...ring.verification.keys()][1]);
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
