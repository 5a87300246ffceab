import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endpointsOf } from './endpoints.js';
import { currentRegistries } from './registries-file.js';

let root: string;
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'gantry-registries-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

test('without the file, registries are reached at their hosts', async () => {
  expect(await currentRegistries(root, {})).toEqual({});
});

test('the file says how, and options come before it', async () => {
  await writeFile(join(root, 'ca.pem'), 'PEM');
  await writeFile(join(root, 'registries.json'), JSON.stringify({ 'docker.io': { mirrors: ['https://mirror.example.com/hub'] }, 'a.example.com': { insecure: true, authority: join(root, 'ca.pem') }, 'b.example.com': { insecure: true } }));
  expect(await currentRegistries(root, { 'b.example.com': {} })).toEqual({
    'docker.io': { mirrors: ['https://mirror.example.com/hub'], insecure: false }, 'a.example.com': { mirrors: [], insecure: true, authority: 'PEM' }, 'b.example.com': {},
  });
});

test.each(['nothing', '[]', '{"a":1}', '{"a":{"mirrors":"x"}}', '{"a":{"mirrors":["ftp://x"]}}', '{"a":{"insecure":"yes"}}', '{"a":{"mirror":[]}}', '{"a":{"authority":"/nowhere/ca.pem"}}'])('%s is refused', async (text) => {
  await writeFile(join(root, 'registries.json'), text);
  await expect(currentRegistries(root, {})).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining(join(root, 'registries.json')) as string });
});

test.each([
  ['a registry', 'registry.example.com', {}, [['https://registry.example.com', false]]],
  ['Docker Hub', 'docker.io', {}, [['https://registry-1.docker.io', false]]],
  ['one of this machine, which may speak plain HTTP', 'localhost:5000', {}, [['https://localhost:5000', true], ['http://localhost:5000', true]]],
  ['one that is told to be insecure', 'a.example.com', { insecure: true }, [['https://a.example.com', true], ['http://a.example.com', true]]],
  ['mirrors, the first first', 'docker.io', { mirrors: ['https://m.example.com/hub/', 'http://127.0.0.1:5000'] }, [['https://m.example.com/hub', false], ['http://127.0.0.1:5000', true], ['https://registry-1.docker.io', false]]],
])('where to ask: %s', (_, registry, settings, expected) => {
  expect(endpointsOf({ registry }, { [registry]: settings }).map(({ base, insecure }) => [base, insecure])).toEqual(expected);
});
