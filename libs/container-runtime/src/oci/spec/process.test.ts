import type { ContainerDefaults } from '@gantry/container-images';
import { describe, expect, test } from 'vitest';
import { processArgs, processEnvironment, workingDirectory } from './process.js';

const image: ContainerDefaults = { Entrypoint: ['/entry', '-x'], Cmd: ['serve'], Env: ['PATH=/opt/bin', 'A=image', 'BARE'], WorkingDir: '/srv' };

describe('what a process is started with', () => {
  test.each<[string, Parameters<typeof processArgs>[0], ContainerDefaults, string[]]>([
    ['the image says all', {}, image, ['/entry', '-x', 'serve']],
    ['arguments replace those of the image', { args: ['other'] }, image, ['/entry', '-x', 'other']],
    ['a command replaces the entry point and the arguments', { command: ['sh'] }, image, ['sh']],
    ['both replace both', { command: ['sh', '-c'], args: ['true'] }, image, ['sh', '-c', 'true']],
    ['an image without an entry point runs its arguments', {}, { Cmd: ['sh'] }, ['sh']],
    ['empty lists count as none', { command: [], args: [] }, image, ['/entry', '-x', 'serve']],
  ])('%s', (_, config, from, args) => {
    expect(processArgs(config, from)).toEqual(args);
  });

  test('nothing at all cannot be run', () => {
    expect(() => processArgs({}, {})).toThrow('no command specified');
  });

  test('variables of the pod win over those of the image, and those over the usual ones', () => {
    const env = [{ name: 'A', value: 'pod' }, { name: 'B', value: 'x=y' }, { name: 'B', value: 'last' }];
    expect(processEnvironment({ env, tty: false }, image, 'web')).toEqual(['PATH=/opt/bin', 'HOSTNAME=web', 'A=pod', 'BARE', 'B=last']);
    expect(processEnvironment({ env: [], tty: true }, {}, 'web')).toEqual(['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm', 'HOSTNAME=web']);
  });

  test.each<[string | undefined, ContainerDefaults, string]>([
    ['/pod', image, '/pod'],
    ['', image, '/srv'],
    [undefined, image, '/srv'],
    [undefined, {}, '/'],
  ])('of %j and %j it is in %s', (workingDir, from, expected) => {
    expect(workingDirectory(workingDir === undefined ? {} : { workingDir }, from)).toBe(expected);
  });

  test('a directory that is not absolute is refused', () => {
    expect(() => workingDirectory({ workingDir: 'here' }, {})).toThrow('the working directory "here" is not an absolute path');
  });
});
