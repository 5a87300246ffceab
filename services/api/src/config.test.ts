import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Environment } from '@gantry/platform/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readApiConfig } from './config.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-api-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const KEY = Buffer.alloc(32, 7);
const pem = (content: string): string => `-----BEGIN PRIVATE KEY-----\n${content}\n-----END PRIVATE KEY-----`;

function variables(more: Record<string, string> = {}): Record<string, string> {
  const files = { TLS_KEY: 'key', TLS_CERTIFICATE: 'certificate', CLIENT_CA: 'ca', ENCRYPTION_KEY: `${KEY.toString('base64')}\n`, SERVICE_ACCOUNT_KEYS: `${pem('new')}\n${pem('old')}\n`, NODE_SIGNER: '{"seed":"S","account":"A"}' };
  const entries = Object.entries(files).map(([name, content]) => {
    writeFileSync(join(folder, name), content);
    const variable = name === 'SERVICE_ACCOUNT_KEYS' ? 'GANTRY_API_SERVICE_ACCOUNT_KEYS_FILE' : `GANTRY_API_${name}_FILE`;
    return [variable, join(folder, name)] as const;
  });
  return { ...Object.fromEntries(entries), GANTRY_NATS_SERVERS: 'nats://nats:4222', GANTRY_API_PUBLIC_ADDRESS: '127.0.0.1:6444', ...more };
}

describe('the settings of an api process', () => {
  it('are its files, with the network that every cluster has', () => {
    const environment = new Environment(variables({ GANTRY_API_ADVERTISE_ADDRESS: '172.18.0.5' }));
    const config = readApiConfig(environment);
    environment.check();
    expect(config).toMatchObject({
      listen: { host: '0.0.0.0', port: 6443 },
      tls: { key: 'key', cert: 'certificate', clientCa: 'ca' },
      serviceAccounts: { issuer: 'https://kubernetes.default.svc.cluster.local', keys: [pem('new'), pem('old')] },
      network: { serviceCidr: '10.96.0.0/16', clusterDns: '10.96.0.10', advertise: { address: '172.18.0.5', port: 6443 } },
      nodeSigner: { seed: 'S', account: 'A' },
    });
    expect(KEY.equals(config.encryptionKey)).toBe(true);
  });

  it.each([
    ['GANTRY_API_TLS_KEY_FILE', undefined, 'GANTRY_API_TLS_KEY_FILE is not set'],
    ['GANTRY_API_PUBLIC_ADDRESS', undefined, 'GANTRY_API_PUBLIC_ADDRESS is not set'],
    ['GANTRY_API_ENCRYPTION_KEY_FILE', '/nowhere', 'GANTRY_API_ENCRYPTION_KEY_FILE names /nowhere, which cannot be read (ENOENT)'],
    ['GANTRY_API_PORT', 'x', 'GANTRY_API_PORT is "x": it must be a whole number from 1 to 65535'],
  ])('are refused when %s is %s', (name, value, problem) => {
    const environment = new Environment({ ...variables(), [name]: value });
    readApiConfig(environment);
    expect(() => environment.check()).toThrow(problem);
  });

  it.each([
    ['GANTRY_API_ENCRYPTION_KEY_FILE', 'c2hvcnQ=', 'does not hold 32 bytes in base64'],
    ['GANTRY_API_SERVICE_ACCOUNT_KEYS_FILE', 'nothing', 'holds no key in PEM'],
    ['GANTRY_API_NODE_SIGNER_FILE', '{"seed"', 'is no JSON of a seed and an account'],
  ])('are refused when what %s names is of no use', (name, content, problem) => {
    const path = join(folder, 'useless');
    writeFileSync(path, content);
    const environment = new Environment({ ...variables(), [name]: path });
    readApiConfig(environment);
    expect(() => environment.check()).toThrow(`${name} ${problem}`);
  });
});
