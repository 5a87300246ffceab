import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createAuthority, expiryOf, issueCertificate } from './certificate.js';

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
