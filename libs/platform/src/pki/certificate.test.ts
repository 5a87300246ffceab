import 'reflect-metadata';
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import tls from 'node:tls';
import * as x509 from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, expiryOf, issueCertificate, signCertificateRequest } from './certificate.js';

const NOW = Date.now();

describe('a cluster authority', () => {
  it('issues a server certificate that a TLS client trusts, and a client certificate whose subject the server reads', async () => {
    const authority = await createAuthority('gantry-ca', 3650, NOW);
    const server = await issueCertificate(authority, { commonName: 'api', usage: 'server', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], days: 30, now: NOW });
    const client = await issueCertificate(authority, { commonName: 'alice', organizations: ['system:masters', 'dev'], usage: 'client', days: 30, now: NOW });
    const subject = await subjectSeenByServer(authority.certificate, server, client);
    expect(subject).toEqual({ CN: 'alice', O: ['system:masters', 'dev'] });
  });

  it('is not believed for a certificate that another authority of the same name signed', async () => {
    const authority = await createAuthority('gantry-ca', 3650, NOW);
    const other = await createAuthority('gantry-ca', 3650, NOW);
    const leaf = await issueCertificate(other, { commonName: 'mallory', usage: 'client', days: 1, now: NOW });
    expect(new X509Certificate(leaf.certificate).verify(new X509Certificate(authority.certificate).publicKey)).toBe(false);
  });

  it('says when a certificate ends', async () => {
    const authority = await createAuthority('gantry-ca', 10, NOW);
    expect(expiryOf(authority.certificate)).toBe(Math.floor((NOW + 10 * 86_400_000) / 1000) * 1000);
  });
});

describe('a certificate for a request', () => {
  let privateKey: KeyObject;
  let request: string;
  beforeAll(async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    privateKey = KeyObject.from(keys.privateKey);
    request = (await x509.Pkcs10CertificateRequestGenerator.create({ name: [{ O: ['system:nodes'] }, { CN: ['system:node:n1'] }], keys, signingAlgorithm: algorithm })).toString('pem');
  });
  const terms = { usages: ['client auth', 'digital signature'], notBefore: NOW, notAfter: NOW + 3_600_000 };

  it('has the subject and the key of the request, and the times and usages of the terms', async () => {
    const authority = await createAuthority('gantry-ca', 10, NOW);
    const certificate = new X509Certificate(await signCertificateRequest(authority, request, terms));
    const signedBy = new X509Certificate(authority.certificate);
    expect([certificate.checkIssued(signedBy), certificate.verify(signedBy.publicKey), certificate.checkPrivateKey(privateKey), certificate.ca]).toEqual([true, true, true, false]);
    expect([certificate.subject, certificate.keyUsage, certificate.subjectAltName]).toEqual(['O=system:nodes\nCN=system:node:n1', ['1.3.6.1.5.5.7.3.2'], undefined]);
    expect(Date.parse(certificate.validTo)).toBe(Math.floor(terms.notAfter / 1000) * 1000);
  });

  it('ends with the authority at the latest, and is for nothing that would make another authority', async () => {
    const authority = await createAuthority('gantry-ca', 1, NOW);
    const certificate = await signCertificateRequest(authority, request, { ...terms, notAfter: NOW + 10 * 86_400_000 });
    expect(expiryOf(certificate)).toBe(expiryOf(authority.certificate));
    await expect(signCertificateRequest(authority, request, { ...terms, usages: ['client auth', 'cert sign'] })).rejects.toThrow('the usage "cert sign"');
  });
});

async function subjectSeenByServer(ca: string, server: { certificate: string; key: string }, client: { certificate: string; key: string }): Promise<unknown> {
  const listener = tls.createServer({ cert: server.certificate, key: server.key, ca, requestCert: true, rejectUnauthorized: true });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address() as { port: number };
  const accepted = once(listener, 'secureConnection') as Promise<[tls.TLSSocket]>;
  const socket = tls.connect({ port: address.port, host: '127.0.0.1', ca, cert: client.certificate, key: client.key });
  const [serverSide] = await accepted;
  const { CN, O } = serverSide.getPeerCertificate().subject;
  socket.destroy();
  serverSide.destroy();
  listener.close();
  return { CN, O };
}
