import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { silentLogger, systemClock } from '@gantry/async';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EMPTY_RULESET } from '../rules/ruleset.js';
import type { ServicePort } from '../rules/service-port.js';
import { NODE } from '../testing/objects.suite.js';
import { UserspacePlane } from './userspace-plane.js';

/** 127.0.1.0/24 stands for Service addresses, 127.0.0.1 for the node's: on Linux all of 127.0.0.0/8 can be bound. */
const LOOPBACK = { ...NODE, addresses: ['127.0.0.1'], serviceCidr: '127.0.1.0/24', ownServiceAddresses: ['127.0.1.10'] };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('Services in user space', () => {
  const commands: string[] = [];
  const warnings: string[] = [];
  const servers: Server[] = [];
  let mayAdd: boolean;
  let plane: UserspacePlane;
  let port: number;

  beforeEach(async () => {
    [commands, warnings].forEach((list) => list.splice(0));
    mayAdd = true;
    port = await freePort();
    const run = (_program: string, args: readonly string[]): Promise<string> => {
      commands.push(args.join(' '));
      if (args[1] === 'add' && !mayAdd) return Promise.reject(new Error('Operation not permitted'));
      return Promise.resolve(args.includes('show') ? '1: lo inet 127.0.1.7/32 scope global lo\n1: lo inet 127.0.1.10/32 scope global lo\n1: lo inet 127.0.0.1/8 scope host lo\n' : '');
    };
    plane = new UserspacePlane({ run, node: LOOPBACK, clock: systemClock, logger: silentLogger, warn: (warning) => warnings.push(warning) });
  });
  afterEach(async () => {
    await plane.stop();
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });

  const answering = async (name: string): Promise<number> => {
    const server = createServer((client) => client.on('error', () => undefined).end(name)).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const web = (endpoints: readonly number[], more: Partial<ServicePort> = {}): ServicePort => ({
    service: 'default/web', name: '80', protocol: 'tcp', clusterIP: '127.0.1.1', port, nodePort: undefined, externalIPs: [], loadBalancerIPs: [], sourceRanges: [],
    affinitySeconds: undefined, internalLocal: false, externalLocal: false,
    endpoints: endpoints.map((number) => ({ address: '127.0.0.1', port: number, ready: true, serving: true, terminating: false, local: true, zoneHints: [], nodeHints: [] })), ...more,
  });
  const apply = (...ports: ServicePort[]) => plane.apply({ ports, ruleset: EMPTY_RULESET, healthChecks: [], udpChanged: false });
  const ask = (address: string) => text(connect(port, address).on('error', () => undefined));

  test('are reached at the Service address, by the endpoints of the moment', async () => {
    const [a, b] = [await answering('a'), await answering('b')];
    await apply(web([a]));
    expect(await ask('127.0.1.1')).toBe('a');
    await apply(web([b]));
    expect(await ask('127.0.1.1')).toBe('b');
    expect(commands).toContain('addr add 127.0.1.1/32 dev lo');
  });

  test('are refused without endpoints, and their address goes with them', async () => {
    await apply(web([await answering('a')]));
    await apply(web([]));
    await expect(once(connect(port, '127.0.1.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await apply();
    expect(commands.at(-1)).toBe('addr del 127.0.1.1/32 dev lo');
  });

  test('keep a client at its endpoint where the Service asks for it', async () => {
    const ports = [await answering('a'), await answering('b'), await answering('c')];
    await apply(web(ports, { affinitySeconds: 100 }));
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask('127.0.1.1')));
    expect(new Set(answers).size).toBe(1);
  });

  test('forward UDP, each answer to whom it is for', async () => {
    const server = createSocket('udp4', (message, from) => server.send(`${String(message)}!`, from.port, from.address)).bind(0, '127.0.0.1');
    await once(server, 'listening');
    await apply(web([server.address().port], { protocol: 'udp' }));
    const answers = await Promise.all(['one', 'two'].map(async (word) => {
      const client = createSocket('udp4');
      client.send(word, port, '127.0.1.1');
      const [message] = (await once(client, 'message')) as [Buffer];
      client.close();
      return String(message);
    }));
    expect(answers).toEqual(['one!', 'two!']);
    server.close();
  });

  test('are served at node ports alone where addresses cannot be added, and it is said once', async () => {
    mayAdd = false;
    const nodePort = port;
    const a = await answering('a');
    await apply(web([a], { nodePort }), web([a], { clusterIP: '127.0.1.2', service: 'default/other' }));
    expect(await ask('127.0.0.1')).toBe('a');
    await expect(once(connect(port, '127.0.1.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(warnings).toEqual([expect.stringContaining('only node ports are served')]);
  });

  test('begin without the addresses that a killed process left', async () => {
    await plane.prepare();
    expect(commands).toEqual(['-4 -o addr show dev lo', 'addr del 127.0.1.7/32 dev lo']);
  });
});
