import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { realPrograms } from '../programs/find-programs.js';
import { attempt, command } from './commands.js';
import { ensureMachineNetwork, ensureNodeNamespace, removeMachineNetwork, removeNodeNamespace } from './machine-network.js';
import { networkNames, type NetworkNames } from './names.js';

const reason = reasonToSkip();

function reasonToSkip(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root';
  const missing = ['ip', 'nft', 'nsenter'].filter((name) => realPrograms.pathOf(name) === undefined);
  return missing.length === 0 ? undefined : `needs ${missing.join(', ')}`;
}

/** Says what it is sent back to whoever connects. */
const ECHO = "require('node:net').createServer((s) => s.on('error', () => 0).pipe(s)).listen(7000, () => console.log('here'))";
const ASK = "const s = require('node:net').connect(7000, process.argv[1], () => s.end('hello')); s.pipe(process.stdout); s.on('error', (e) => { console.error(e.code); process.exit(1); }); setTimeout(() => process.exit(2), 5000).unref()";

describe.skipIf(reason !== undefined)(`the network of nodes without an engine${reason === undefined ? '' : ` (${reason})`}`, () => {
  const servers: ChildProcess[] = [];
  const made: NetworkNames[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) server.kill('SIGKILL');
    for (const names of made.splice(0)) await removeMachineNetwork(names);
  });

  let count = 0;
  function newNames(): NetworkNames {
    const names = networkNames(`net-test-${process.pid}-${count++}`);
    made.push(names);
    return names;
  }

  async function serve(namespace: string): Promise<void> {
    const server = spawn('nsenter', [`--net=${namespace}`, process.execPath, '-e', ECHO], { stdio: ['ignore', 'pipe', 'ignore'] });
    servers.push(server);
    await once(server.stdout ?? server, 'data');
  }

  const ask = (namespace: string, address: string): Promise<string> => command('nsenter', `--net=${namespace}`, process.execPath, '-e', ASK, address);
  const machine = '/proc/self/ns/net';

  async function left({ prefix, namespacePrefix, table, bridge }: NetworkNames): Promise<string[]> {
    const [links, namespaces, tables, rules] = await Promise.all([command('ip', '-o', 'link', 'show'), command('ip', 'netns', 'list'), command('nft', 'list', 'tables'), command('iptables', '-w', '-S').catch(() => '')]);
    return [links, namespaces, tables, rules].flatMap((text) => text.split('\n').filter((line) => [prefix, namespacePrefix, table, bridge].some((name) => line.includes(name))));
  }

  it('lets nodes reach each other and the machine, is made again over what is there, and goes without a trace', async () => {
    const names = newNames();
    const range = await ensureMachineNetwork(names);
    const one = await ensureNodeNamespace(names, range, { name: 'node-1', position: 1 });
    const two = await ensureNodeNamespace(names, range, { name: 'node-2', position: 2 });
    await serve(two.namespace);
    expect(await ask(one.namespace, two.address)).toBe('hello');
    expect(await ask(machine, two.address)).toBe('hello');
    await serve(machine);
    expect(await ask(one.namespace, range.gateway)).toBe('hello');

    expect(await ensureMachineNetwork(names)).toMatchObject({ cidr: range.cidr });
    expect(await ensureNodeNamespace(names, range, { name: 'node-2', position: 2 })).toEqual(two);
    expect(await ask(one.namespace, two.address)).toBe('hello');

    expect(await removeMachineNetwork(names)).toBe(2);
    expect(await left(names)).toEqual([]);
    expect(await removeMachineNetwork(names)).toBe(0);
  });

  it('mends what somebody removed: a link, the bridge with its range, the rules', async () => {
    const names = newNames();
    await ensureNodeNamespace(names, await ensureMachineNetwork(names), { name: 'node-1', position: 1 });
    const breaks: (readonly [string, ...string[]])[] = [['ip', 'link', 'del', names.linkOf('node-1')], ['ip', 'link', 'del', names.bridge], ['ip', 'addr', 'flush', 'dev', names.bridge], ['nft', 'delete', 'table', 'ip', names.table], ['ip', 'netns', 'del', names.namespaceOf('node-1')]];
    for (const [program, ...args] of breaks) {
      await command(program, ...args);
      const range = await ensureMachineNetwork(names);
      const { namespace, address } = await ensureNodeNamespace(names, range, { name: 'node-1', position: 1 });
      await serve(namespace);
      // The kernel takes a deleted namespace's links away when it comes to it.
      await vi.waitFor(async () => expect(await ask(machine, address)).toBe('hello'), { timeout: 10_000 });
      servers.pop()?.kill('SIGKILL');
      expect(await attempt('nft', 'list', 'table', 'ip', names.table)).toBe(true);
    }
  });

  it('has a range of its own for each cluster, and one cluster ends without the other', async () => {
    const [first, second] = [newNames(), newNames()];
    const ranges = await Promise.all([ensureMachineNetwork(first), ensureMachineNetwork(second)]);
    expect(new Set(ranges.map(({ cidr }) => cidr)).size).toBe(2);
    const { namespace, address } = await ensureNodeNamespace(second, ranges[1], { name: 'node-1', position: 1 });
    await removeMachineNetwork(first);
    await serve(namespace);
    expect(await ask(machine, address)).toBe('hello');
  });

  it('loses one node without the others', async () => {
    const names = newNames();
    const range = await ensureMachineNetwork(names);
    const [one, two] = [await ensureNodeNamespace(names, range, { name: 'node-1', position: 1 }), await ensureNodeNamespace(names, range, { name: 'node-2', position: 2 })];
    await removeNodeNamespace(names, 'node-1');
    await serve(two.namespace);
    expect(await ask(machine, two.address)).toBe('hello');
    await expect(ask(machine, one.address)).rejects.toThrow();
  });
});
