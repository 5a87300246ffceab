import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClient, NODES, PODS } from '@gantry/client';
import type { Machine } from '../machine/machine.js';
import { placesOf } from '../state/places.js';
import { expect, it } from 'vitest';
import { removeSurplusNodes } from './surplus-nodes.js';

const pod = (name: string, nodeName: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: `uid-${name}` }, spec: { nodeName, containers: [] } });

it('nodes that are surplus go before their pods, whose successors would else be sent there, and others keep theirs', async () => {
  const home = await mkdtemp(join(tmpdir(), 'gantry-surplus-'));
  const client = createFakeClient([
    ...['node-1', 'hollow-1', 'hollow-2'].map((name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })),
    pod('stays', 'node-1'), pod('stays-too', 'hollow-1'), pod('goes', 'hollow-2'), pod('waits', ''),
  ]);
  try {
    const machine: Machine = { runtime: 'hollow', reason: 'a test' };
    await removeSurplusNodes({ client, machine, places: placesOf(home, 'c'), cluster: 'c', nodes: 1, hollow: 1, onWarning: () => undefined });
    expect(client.requests.filter(({ method }) => method === 'DELETE').map(({ resource }) => resource.split('/').at(-1))).toEqual(['nodes', 'pods']);
    expect(client.objects(NODES).map(({ metadata }) => metadata?.name)).toEqual(['hollow-1', 'node-1']);
    expect(client.objects(PODS).map(({ metadata }) => metadata?.name)).toEqual(['stays', 'stays-too', 'waits']);
  } finally {
    await client.close();
    await rm(home, { recursive: true, force: true });
  }
});
