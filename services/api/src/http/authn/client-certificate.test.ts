import type { PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { decide } from './client-certificate.js';

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
