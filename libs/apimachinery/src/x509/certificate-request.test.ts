import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseCertificateRequest } from './certificate-request.js';

let folder: string;
let openssl = true;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-x509-'));
  try {
    execFileSync('openssl', ['version']);
  } catch {
    openssl = false;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A request that openssl made. */
function request(key: readonly string[], subject: string, more: readonly string[] = []): Buffer {
  const out = join(folder, 'request.pem');
  execFileSync('openssl', ['req', '-new', '-nodes', '-newkey', ...key, '-keyout', join(folder, 'key.pem'), '-subj', subject, '-out', out, ...more], { stdio: 'pipe' });
  return readFileSync(out);
}

const KEYS = { ecdsa: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], rsa: ['rsa:2048'], ed25519: ['ed25519'] } as const;
const SUBJECT = '/O=system:nodes/CN=system:node:n1';

describe('a certificate request', () => {
  beforeEach((context) => {
    if (!openssl) context.skip('needs openssl');
  });

  it.each(Object.entries(KEYS))('with a key of %s says who asks, and is signed by that key', (_name, key) => {
    const { subject, names, signatureProblem } = parseCertificateRequest(request(key, SUBJECT));
    expect(subject).toEqual({ commonNames: ['system:node:n1'], organizations: ['system:nodes'], others: [] });
    expect(names).toEqual({ dns: [], email: [], uri: [], ip: [], others: 0 });
    expect(signatureProblem()).toBeUndefined();
  });

  it('hides nothing: every name of every kind is seen', () => {
    const names = 'subjectAltName=DNS:a.example,email:me@example.com,URI:spiffe://x,IP:10.0.0.1,RID:1.2.3.4';
    const found = parseCertificateRequest(request(KEYS.ecdsa, '/O=a/O=b/OU=unit/CN=x/CN=y', ['-addext', names]));
    expect(found.subject).toEqual({ commonNames: ['x', 'y'], organizations: ['a', 'b'], others: ['2.5.4.11'] });
    expect(found.names).toEqual({ dns: ['a.example'], email: ['me@example.com'], uri: ['spiffe://x'], ip: ['0a000001'], others: 1 });
  });

  it('that somebody changed is not signed by its key', () => {
    const pem = request(KEYS.ecdsa, SUBJECT).toString();
    const der = Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64');
    der[der.indexOf('system:node:n1') + 13] = '2'.charCodeAt(0);
    const changed = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    const found = parseCertificateRequest(Buffer.from(changed));
    expect(found.subject.commonNames).toEqual(['system:node:n2']);
    expect(found.signatureProblem()).toBe('x509: ECDSA verification failure');
  });

  it('signed in a way that is not known is not believed', () => {
    const { signatureProblem } = parseCertificateRequest(request(KEYS.rsa, SUBJECT, ['-sha1']));
    expect(signatureProblem()).toBe('x509: cannot verify signature: algorithm unimplemented');
  });

  it('cut off anywhere is refused', () => {
    const der = Buffer.from(request(KEYS.ecdsa, SUBJECT).toString().replace(/-----.*-----/g, ''), 'base64');
    for (let length = 0; length < der.length; length += 1) {
      const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.subarray(0, length).toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
      expect(() => parseCertificateRequest(Buffer.from(pem))).toThrow(/asn1: /);
    }
  });
});

it.each(['', 'text', '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n', '-----BEGIN CERTIFICATE REQUEST-----\nAA=='])('%j is no certificate request', (text) => {
  expect(() => parseCertificateRequest(Buffer.from(text))).toThrow('PEM block type must be CERTIFICATE REQUEST');
});
