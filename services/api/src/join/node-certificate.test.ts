import { createAuthority, issueCertificate } from '@gantry/platform/pki';
import type { CertificateRequest, KeyPair } from '@gantry/platform/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCertificate } from './node-certificate.js';

const NOW = Date.now();
let authority: KeyPair;
let other: KeyPair;
beforeAll(async () => {
  [authority, other] = await Promise.all([createAuthority('ca', 10, NOW), createAuthority('ca', 10, NOW)]);
});

const issue = async (request: Partial<CertificateRequest> = {}, by = authority): Promise<string> =>
  (await issueCertificate(by, { commonName: 'system:node:n1', organizations: ['system:nodes'], usage: 'client', days: 1, now: NOW, ...request })).certificate;

describe('a certificate shown as a node’s', () => {
  it('says which node it is of, by which key, and until when', async () => {
    const found = nodeCertificate(await issue(), authority.certificate, NOW);
    expect(found).toMatchObject({ nodeName: 'n1', expires: Math.floor((NOW + 86_400_000) / 1000) * 1000 });
    expect(found.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('may be of any authority in the file', async () => {
    expect(nodeCertificate(await issue({}, other), authority.certificate + other.certificate, NOW).nodeName).toBe('n1');
  });

  it.each([
    ['of another authority', 'another authority', {}],
    ['of another user', 'not a node\'s', { commonName: 'alice' }],
    ['of a node without a name', 'not a node\'s', { commonName: 'system:node:' }],
    ['of what cannot be a node', 'not a node\'s', { commonName: 'system:node:a/b' }],
    ['without the group of nodes', 'not a node\'s', { organizations: [] }],
    ['of an administrator too', 'not a node\'s', { organizations: ['system:nodes', 'system:masters'] }],
    ['with further names', 'not a node\'s', { dnsNames: ['n2'] }],
    ['for a server', 'not for clients', { usage: 'server' as const }],
    ['that has ended', 'not within its dates', { now: NOW - 2 * 86_400_000 }],
    ['that has not begun', 'not within its dates', { now: NOW + 86_400_000 }],
  ])('is refused %s', async (_name, message, request) => {
    const pem = await issue(request, message === 'another authority' ? other : authority);
    expect(() => nodeCertificate(pem, authority.certificate, NOW)).toThrow(message);
  });

  it('is refused where it is none, and where it is the authority’s own', () => {
    expect(() => nodeCertificate('x', authority.certificate, NOW)).toThrow('no certificate was shown');
    expect(() => nodeCertificate(authority.certificate, authority.certificate, NOW)).toThrow(/not for clients/);
  });
});
