import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureNamespace } from '../machine-network/namespaces.js';
import { networkNames } from '../machine-network/names.js';
import { ClusterError } from '../options.js';
import { placesOf, type Places } from '../state/places.js';
import { removeOciNode, removeOciObjects } from './oci-objects.js';

let home: string;
let places: Places;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'gantry-objects-'));
  places = { ...placesOf(home, 'c'), containers: join(home, 'oci') };
});
afterEach(() => rm(home, { recursive: true, force: true }));

const gone = (): Promise<never> => Promise.reject(new ClusterError('without crun'));

it.each(['sandboxes', 'containers'])('what says that there are %s stays where nothing can remove them', async (records) => {
  const record = join(places.containers, 'node-1', records, 'some-id');
  await mkdir(record, { recursive: true });
  await expect(removeOciObjects(places, gone)).rejects.toThrow('without crun');
  expect(existsSync(record)).toBe(true);
});

it('a cluster that never had any has nothing to remove', async () => {
  expect(await removeOciObjects(places, gone)).toEqual({ containers: 0, networks: 0 });
});

it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)("a node's network goes also where a removal ended after its containers had gone (needs Linux and root)", async () => {
  const network = await ensureNamespace(networkNames(places.instance).namespaceOf('node-1'));
  await removeOciNode(places, 'node-1');
  expect(existsSync(network)).toBe(false);
});
