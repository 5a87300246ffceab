import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Environment } from '@gantry/platform/process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPostgresSettings } from './settings.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-settings-'));
  for (const [name, content] of Object.entries({ ca: 'CA', cert: 'CERT', key: 'KEY', password: 'first\n', url: 'postgres://u:p%40ss@db/gantry\n' })) writeFileSync(join(folder, name), content);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): string => join(folder, name);

function read(variables: Record<string, string>): ReturnType<typeof readPostgresSettings> {
  const environment = new Environment(Object.fromEntries(Object.entries(variables).map(([name, value]) => [`GANTRY_POSTGRES_${name}`, value])));
  const config = readPostgresSettings(environment);
  environment.check();
  return config;
}

const verified = { rejectUnauthorized: true };

describe('the settings of the way to Postgres', () => {
  it.each<[string, Record<string, string>, object]>([
    ['a host alone: encrypted and verified', { HOST: 'db' }, { host: 'db', port: 5432, user: 'gantry', database: 'gantry', ssl: verified }],
    ['a socket: in the clear', { HOST: '/run/postgresql' }, { host: '/run/postgresql', port: 5432, user: 'gantry', database: 'gantry' }],
    ['all parts', { HOST: 'db', PORT: '5433', USER: 'u', DATABASE: 'd', SSLMODE: 'disable' }, { host: 'db', port: 5433, user: 'u', database: 'd' }],
    ['several hosts', { HOST: 'a:1, b', SSLMODE: 'require' }, { host: 'a', port: 1, user: 'gantry', database: 'gantry', hosts: [{ host: 'a', port: 1 }, { host: 'b', port: 5432 }], ssl: { rejectUnauthorized: false } }],
    ['a URL', { URL: 'postgres://u@db:5433/d?sslmode=verify-full' }, { host: 'db', port: 5433, user: 'u', database: 'd', ssl: verified }],
    ['a URL with several hosts', { URL: 'postgresql://a,[::1]:7/?target_session_attrs=read-write&sslmode=disable' }, { host: 'a', port: 5432, user: 'gantry', database: 'gantry', hosts: [{ host: 'a', port: 5432 }, { host: '::1', port: 7 }] }],
    ['a URL of a socket', { URL: 'postgres:///d?host=/run/pg' }, { host: '/run/pg', port: 5432, user: 'gantry', database: 'd' }],
  ])('are %s', (_how, variables, config) => {
    expect(read(variables)).toEqual(config);
  });

  it('have a client certificate and an authority of their own, in files', () => {
    expect(read({ HOST: 'db', CA_FILE: file('ca'), CERTIFICATE_FILE: file('cert'), KEY_FILE: file('key') })).toMatchObject({ ssl: { ca: 'CA', cert: 'CERT', key: 'KEY', rejectUnauthorized: true } });
  });

  it('look at the name in the certificate only where that is said', () => {
    expect(read({ HOST: 'db', CA_FILE: file('ca') }).ssl).not.toHaveProperty('checkServerIdentity');
    expect(read({ HOST: 'db', CA_FILE: file('ca'), SSLMODE: 'verify-ca' }).ssl).toMatchObject({ rejectUnauthorized: true, checkServerIdentity: expect.any(Function) });
  });

  it('read the password anew at every connection', async () => {
    const { password } = read({ HOST: 'db', PASSWORD_FILE: file('password') });
    if (typeof password !== 'function') throw new Error('the password is read once');
    expect(await password()).toBe('first');
    writeFileSync(file('password'), 'second\n');
    expect(await password()).toBe('second');
  });

  it('may be a URL with its password in a file', () => {
    expect(read({ URL_FILE: file('url') })).toMatchObject({ host: 'db', user: 'u', password: 'p@ss', ssl: verified });
  });

  it.each<[string, Record<string, string>, string]>([
    ['nothing', {}, 'GANTRY_POSTGRES_HOST is not set'],
    ['two places', { HOST: 'a', URL: 'postgres://b/' }, 'say one of URL, URL_FILE and HOST'],
    ['a password for all to see', { URL: 'postgres://u:secret@b/' }, 'GANTRY_POSTGRES_URL holds a password'],
    ['no URL', { URL: 'db:5432' }, 'it is no URL of a database'],
    ['an sslmode that gives in', { URL: 'postgres://b/?sslmode=prefer' }, 'it has sslmode=prefer'],
    ['an sslmode that gives in, as a part', { HOST: 'b', SSLMODE: 'allow' }, 'it must be one of disable, require, verify-ca, verify-full'],
    ['a standby', { URL: 'postgres://b/?target_session_attrs=standby' }, 'a store uses the primary alone'],
    ['a parameter that would have no effect', { URL: 'postgres://b/?connect_timeout=3' }, 'it has the parameter connect_timeout'],
    ['a list with a hole', { HOST: 'a,,b' }, 'it names no server'],
    ['a port that is none', { HOST: 'a:99999' }, '"a:99999" is no server'],
    ['half a client certificate', { HOST: 'a', CERTIFICATE_FILE: '/dev/null' }, 'GANTRY_POSTGRES_CERTIFICATE_FILE and GANTRY_POSTGRES_KEY_FILE go together'],
  ])('are refused with words: %s', (_what, variables, words) => {
    expect(() => read(variables)).toThrow(words);
  });

  it('never show a password in what they say', () => {
    expect(() => read({ URL: 'postgres://u:topsecret@b:x/' })).toThrow(/^(?!.*topsecret)/s);
  });
});
