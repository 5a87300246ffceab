import { expect, test } from 'vitest';
import type { BuildFlags } from './image-config.js';
import { containerDefaults, ownerOf } from './image-config.js';

const flags = (given: Partial<BuildFlags>): BuildFlags => ({ tag: [], owner: '0:0', ...given });

test.each<[string, Partial<BuildFlags>, object]>([
  ['nothing', {}, {}],
  ['a list of texts', { entrypoint: '["/bin/web", "-v"]', cmd: '["serve"]' }, { Entrypoint: ['/bin/web', '-v'], Cmd: ['serve'] }],
  ['a command line', { cmd: 'echo $HOME' }, { Cmd: ['/bin/sh', '-c', 'echo $HOME'] }],
  ['maps', { label: ['a=b=c', 'd'], expose: ['80', '53/udp'], volume: ['/data'] }, { Labels: { a: 'b=c', d: '' }, ExposedPorts: { '80/tcp': {}, '53/udp': {} }, Volumes: { '/data': {} } }],
  ['texts', { env: ['A=1'], workdir: '/srv', user: '7:8', stopSignal: 'SIGQUIT' }, { Env: ['A=1'], WorkingDir: '/srv', User: '7:8', StopSignal: 'SIGQUIT' }],
])('%s of the flags is what containers start with', (_, given, expected) => {
  expect(containerDefaults(flags(given))).toEqual(expected);
});

test('what is neither a list nor a command line is wrong usage', () => {
  expect(() => containerDefaults(flags({ cmd: '["a", 1]' }))).toThrow('neither a JSON list of texts nor a command line');
  expect(() => ownerOf('root')).toThrow('an owner is uid:gid');
});

test.each([['0:0', { uid: 0, gid: 0 }], ['10:20', { uid: 10, gid: 20 }], ['keep', undefined]])('an owner of %s', (text, expected) => {
  expect(ownerOf(text)).toEqual(expected);
});
