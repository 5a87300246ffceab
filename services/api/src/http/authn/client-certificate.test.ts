import type { PeerCertificate, TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { authenticated } from '../authz/identity.js';
import { decide, identityOf } from './client-certificate.js';

function certificate(subject: object, usage: string[] | undefined = ['1.3.6.1.5.5.7.3.2']): PeerCertificate {
  return { subject, ext_key_usage: usage } as unknown as PeerCertificate;
}

describe('a client certificate', () => {
  it('names the user and its groups', () => {
    expect(decide(certificate({ CN: 'alice', O: ['system:masters', 'dev'] }), true)).toEqual({ name: 'alice', groups: ['system:masters', 'dev', 'system:authenticated'] });
  });

  it('may have one group or none', () => {
    expect(decide(certificate({ CN: 'bob', O: 'dev' }), true)).toEqual({ name: 'bob', groups: ['dev', 'system:authenticated'] });
    expect(decide(certificate({ CN: 'eve' }), true)).toEqual({ name: 'eve', groups: ['system:authenticated'] });
  });

  it.each([
    ['of another authority', certificate({ CN: 'alice' }), false],
    ['for servers', certificate({ CN: 'alice' }, ['1.3.6.1.5.5.7.3.1']), true],
    ['without usage', certificate({ CN: 'alice' }, []), true],
    ['without a name', certificate({ O: 'system:masters' }), true],
    ['with two names', certificate({ CN: ['alice', 'root'] }), true],
  ])('%s proves nothing', (_what, given, isTrusted) => {
    expect(decide(given, isTrusted)).toBe('refused');
  });

  it('is not asked for', () => {
    expect(decide({} as PeerCertificate, false)).toBe('none');
  });
});

describe('a connection', () => {
  it('proves who is there until the certificate ends, however long it lasts', () => {
    const socket = { authorized: true, getPeerCertificate: () => ({ subject: { CN: 'alice' }, ext_key_usage: ['1.3.6.1.5.5.7.3.2'], valid_to: 'Jan  1 00:00:00 2027 GMT' }) } as unknown as TLSSocket;
    const end = Date.UTC(2027, 0, 1);
    expect([identityOf(socket, end - 1000), identityOf(socket, end)]).toEqual([authenticated('alice', []), authenticated('alice', [])]);
    expect(identityOf(socket, end + 1000)).toBe('refused');
    expect(identityOf({ authorized: false, getPeerCertificate: () => ({}) } as unknown as TLSSocket, end)).toBe('none');
  });
});
