import type { PeerCertificate, TLSSocket } from 'node:tls';
import { authenticated } from '../authz/identity.js';
import type { Identity } from '../authz/identity.js';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** `none`: no certificate was presented. `refused`: one was, and it proves nothing here. */
export type CertificateIdentity = Identity | 'none' | 'refused';

interface Known {
  readonly identity: CertificateIdentity;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

const known = new WeakMap<TLSSocket, Known>();

/**
 * Who a connection's client certificate says the client is: CN is the user, every O a group. Decided once a connection, and true until the
 * certificate ends: connections may outlive it. `now` in milliseconds since the epoch.
 */
export function identityOf(socket: TLSSocket, now: number): CertificateIdentity {
  let found = known.get(socket);
  if (found === undefined) known.set(socket, (found = lookedAt(socket)));
  return now > found.until ? 'refused' : found.identity;
}

function lookedAt(socket: TLSSocket): Known {
  const certificate = socket.getPeerCertificate();
  const identity = decide(certificate, socket.authorized);
  return { identity, until: typeof identity === 'object' ? Date.parse(certificate.valid_to) : Number.POSITIVE_INFINITY };
}

/** `isTrusted`: its chain ends in the authority for clients, and it is within its dates. */
export function decide(certificate: PeerCertificate, isTrusted: boolean): CertificateIdentity {
  if (Object.keys(certificate).length === 0) return 'none';
  const { CN } = certificate.subject as { CN?: string | string[] };
  if (!isTrusted || !isForClients(certificate) || typeof CN !== 'string' || CN === '') return 'refused';
  const { O } = certificate.subject as { O?: string | string[] };
  return authenticated(CN, O === undefined ? [] : typeof O === 'string' ? [O] : O);
}

/** A certificate for servers is no proof of a client, even from the right authority. */
function isForClients(certificate: PeerCertificate): boolean {
  return certificate.ext_key_usage?.includes(CLIENT_AUTH) ?? false;
}
