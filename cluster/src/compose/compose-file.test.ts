import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly restart?: string;
  readonly labels?: unknown;
}

const text = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
const file = parse(text, { merge: true }) as { readonly services: Readonly<Record<string, Service>>; readonly volumes: Readonly<Record<string, { readonly labels?: unknown }>> };
const services = Object.entries(file.services);
const OWN = '/var/lib/gantry/own';

/** Named volumes of a service: name, where, and whether it may write. */
function mounts({ volumes = [] }: Service): { readonly name: string; readonly at: string; readonly readOnly: boolean }[] {
  return volumes.map((volume) => volume.split(':')).filter(([name = '']) => /^[a-z]+$/.test(name)).map(([name = '', at = '', mode]) => ({ name, at, readOnly: mode === 'ro' }));
}

describe('the Compose file', () => {
  it('lets nothing listen on the machine but the balancer and the dashboards, on loopback', () => {
    const listening = services.filter(([, { ports = [] }]) => ports.length > 0);
    expect(listening.map(([name]) => name).sort()).toEqual(['balancer', 'grafana', 'prometheus']);
    for (const [, { ports = [] }] of listening) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('gives no service what the setup made for another', () => {
    // The measures are mounted there for their folder to get its owner.
    const shares = new Set(mounts(file.services['setup']!).map(({ name }) => name).filter((name) => name !== 'measures'));
    expect(shares.size).toBeGreaterThan(8);
    for (const [service, definition] of services) {
      if (service === 'setup') continue;
      const read = mounts(definition).filter(({ name }) => shares.has(name));
      expect(read.every(({ readOnly }) => readOnly), service).toBe(true);
      expect(read.filter(({ name }) => name !== 'public' && name !== service), service).toEqual([]);
    }
  });

  it.each(services.filter(([name]) => name !== 'node'))('%s has a file system that it cannot write, and no rights but what its start takes', (name, { read_only, cap_drop, cap_add = [], security_opt, privileged }) => {
    expect({ read_only, cap_drop, security_opt, privileged }).toEqual({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], privileged: undefined });
    expect(cap_add).toEqual(name === 'postgres' ? ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] : []);
  });

  it('never makes a node privileged, and gives the engine to nobody else', () => {
    expect(file.services['node']?.privileged).toBeUndefined();
    expect(services.filter(([, { volumes = [] }]) => volumes.some((volume) => volume.includes('docker.sock'))).map(([name]) => name)).toEqual(['node']);
  });

  it('has Postgres where only the store is', () => {
    const reach = services.filter(([, { networks }]) => networks?.includes('database'));
    expect(reach.map(([name]) => name).sort()).toEqual(['postgres', 'store']);
    expect(file.services['postgres']?.networks).toEqual(['database']);
  });

  it('names secrets by files alone', () => {
    const named = services.flatMap(([, { environment = {} }]) => Object.entries(environment)).filter(([name]) => /KEY|PASSWORD|CREDENTIALS|SECRET|TOKEN|SIGNER/.test(name));
    expect(named.length).toBeGreaterThan(0);
    for (const [name, value] of named) expect([name.endsWith('_FILE'), value.startsWith(`${OWN}/`)], name).toEqual([true, true]);
  });

  it('labels everything with the project, so that what a killed run left is found', () => {
    const label = { 'io.gantry.cluster': '${COMPOSE_PROJECT_NAME}' };
    for (const [name, { labels }] of [...services, ...Object.entries(file.volumes)]) expect(labels, name).toMatchObject(label);
  });

  it('starts again what ends, but for the setup', () => {
    for (const [name, { restart }] of services) expect(restart, name).toBe(name === 'setup' ? 'no' : 'unless-stopped');
  });
});
