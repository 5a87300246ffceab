import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import { afterEach, describe, expect, it } from 'vitest';
import { engineAbsent, socketPath } from './docker-harness.suite.js';
import { ensureNodeContainer, removeClusterObjects, stopNodeContainers } from './node-container.js';

const absent = await engineAbsent();
const cluster = `homes-${randomBytes(3).toString('hex')}`;
const docker = new Docker({ socketPath });

const optionsOf = (home: string) => ({ socketPath, cluster, home, node: 'node-1', image: 'registry.k8s.io/pause:3.10' });
const isRunning = async (id: string): Promise<boolean> => (await docker.getContainer(id).inspect()).State.Running;

describe.skipIf(absent !== undefined)(`the container of a node${absent === undefined ? '' : ` (skipped: ${absent})`}`, () => {
  afterEach(async () => {
    await removeClusterObjects(socketPath, cluster, 'one');
  });

  it('is the same one at the next start, and is started again when it was stopped', async () => {
    const first = await ensureNodeContainer(optionsOf('one'));
    await stopNodeContainers(socketPath, cluster, 'one');
    expect(await isRunning(first.id)).toBe(false);
    const second = await ensureNodeContainer(optionsOf('one'));
    expect(second.id).toBe(first.id);
    expect(await isRunning(first.id)).toBe(true);
  });

  it('is refused to a cluster of the same name under another home, whose stop and delete leave it alone', async () => {
    const first = await ensureNodeContainer(optionsOf('one'));
    await expect(ensureNodeContainer(optionsOf('two'))).rejects.toThrow('belongs to another program or to a cluster of this name under another home');
    await stopNodeContainers(socketPath, cluster, 'two');
    expect(await removeClusterObjects(socketPath, cluster, 'two')).toEqual({ containers: 0, networks: 0 });
    expect(await isRunning(first.id)).toBe(true);
  });
});
