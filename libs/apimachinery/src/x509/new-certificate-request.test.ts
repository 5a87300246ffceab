import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCertificateRequest } from './certificate-request.js';
import { newCertificateRequest } from './new-certificate-request.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('a new certificate request', () => {
  it.each(['n1', 'n'.repeat(300)])('asks for what it was made for, signed by its key (%#)', (name) => {
    const pem = newCertificateRequest(privateKey, { commonName: `system:node:${name}`, organizations: ['system:nodes', 'b'] });
    const { subject, names, publicKey, signatureProblem } = parseCertificateRequest(Buffer.from(pem));
    expect(subject).toEqual({ commonNames: [`system:node:${name}`], organizations: ['system:nodes', 'b'], others: [] });
    expect(names).toEqual({ dns: [], email: [], uri: [], ip: [], others: 0 });
    expect(signatureProblem()).toBeUndefined();
    expect(Buffer.from(publicKey).length).toBe(91);
  });

  it('is one to openssl', (context) => {
    const pem = newCertificateRequest(privateKey, { commonName: 'system:node:n1', organizations: ['system:nodes'] });
    try {
      execFileSync('openssl', ['version']);
    } catch {
      context.skip('needs openssl');
    }
    expect(execFileSync('openssl', ['req', '-noout', '-verify', '-subject', '-nameopt', 'RFC2253'], { input: pem, stdio: 'pipe' }).toString()).toContain('CN=system:node:n1,O=system:nodes');
  });

  it('is not made for a key that it would be wrong for', () => {
    const { privateKey: other } = generateKeyPairSync('ed25519');
    expect(() => newCertificateRequest(other, { commonName: 'a', organizations: [] })).toThrow(TypeError);
  });
});
