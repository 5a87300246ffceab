import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { NodeResolvers } from './node-resolvers.js';

const open: NodeResolvers[] = [];
afterEach(() => Promise.all(open.splice(0).map((resolvers) => resolvers.close())));

function resolversOf(found: { reachable: string[]; own?: string }): NodeResolvers {
  const resolvers = new NodeResolvers(() => Promise.resolve(found));
  open.push(resolvers);
  return resolvers;
}

it("are the machine's own, where nodes can ask them", async () => {
  expect(await resolversOf({ reachable: ['192.0.2.53'], own: '127.0.0.53' }).at('127.0.0.9')).toEqual(['192.0.2.53']);
});

it('are nobody where the machine has none', async () => {
  expect(await resolversOf({ reachable: [] }).at('127.0.0.9')).toEqual([]);
});

it('are asked of a relay that is started again where it could not be started', async () => {
  const starts = [Promise.reject(Object.assign(new Error('no such address'), { code: 'EADDRNOTAVAIL' })), Promise.resolve({ port: 53, close: () => Promise.resolve() })];
  const resolvers = new NodeResolvers(() => Promise.resolve({ reachable: [], own: '127.0.0.1' }), () => starts.shift() ?? Promise.reject(new Error('once too often')));
  open.push(resolvers);
  await expect(resolvers.at('127.0.0.9')).rejects.toThrow('no such address');
  expect([await resolvers.at('127.0.0.9'), await resolvers.at('127.0.0.9')]).toEqual([['127.0.0.9'], ['127.0.0.9']]);
});

it.skipIf(process.getuid?.() !== 0)('are the machine, which passes on what it is asked, where only itself can ask (needs root for the port)', async () => {
  const resolvers = resolversOf({ reachable: [], own: '127.0.0.1' });
  expect(await Promise.all([resolvers.at('127.0.0.9'), resolvers.at('127.0.0.9')])).toEqual([['127.0.0.9'], ['127.0.0.9']]);
  const socket = connect(53, '127.0.0.9');
  await once(socket, 'connect');
  socket.on('error', () => undefined).destroy();
  await once(socket, 'close');
});
