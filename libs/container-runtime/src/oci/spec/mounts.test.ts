import { describe, expect, test } from 'vitest';
import type { Mount } from '../../runtime.js';
import { containerMounts } from './mounts.js';

const sources = { shm: '/sb/shm', hostname: '/sb/hostname', privileged: false, readonlyRootfs: false };
const bind = (containerPath: string, readonly = false): Mount => ({ hostPath: `/host${containerPath}`, containerPath, readonly });
const destinations = (given: Mount[]): string[] => containerMounts(sources, given).map(({ destination }) => destination);

describe('mounts', () => {
  test('every container has its own devices and kernel files, and memory and name of its sandbox', () => {
    expect(destinations([])).toEqual(['/proc', '/dev', '/sys', '/dev/pts', '/dev/mqueue', '/dev/shm', '/etc/hostname', '/sys/fs/cgroup']);
    const [shm, hostname] = ['/dev/shm', '/etc/hostname'].map((path) => containerMounts(sources, []).find(({ destination }) => destination === path));
    expect([shm?.source, hostname?.source]).toEqual(['/sb/shm', '/sb/hostname']);
  });

  test('outer ones come before those inside of them, and equal ones as they were given', () => {
    expect(destinations([bind('/data/deep/er'), bind('/data'), bind('/b'), bind('/a')]).slice(3, 6)).toEqual(['/data', '/b', '/a']);
    expect(destinations([bind('/data/deep/er'), bind('/data')]).at(-1)).toBe('/data/deep/er');
  });

  test.each<[string, string, string[]]>([
    ['/dev/shm', '/dev/shm', ['/dev/pts', '/dev/mqueue']],
    ['/dev', '/dev', ['/proc', '/sys']],
    ['/etc/', '/etc', ['/proc']],
  ])('what the pod mounts at %s takes the place of what is there', (path, at, others) => {
    const mounts = containerMounts(sources, [bind(path)]);
    expect(mounts.filter(({ destination }) => destination === at).map(({ source }) => source)).toEqual([`/host${path}`]);
    expect(mounts.some(({ destination, source }) => destination.startsWith(`${at}/`) && !source.startsWith('/host'))).toBe(false);
    expect(mounts.map(({ destination }) => destination)).toEqual(expect.arrayContaining(others));
  });

  test('a mount that may only be read says so, and none is shown to others', () => {
    const [mount] = containerMounts(sources, [bind('/x', true)]).filter(({ destination }) => destination === '/x');
    expect(mount).toEqual({ destination: '/x', type: 'bind', source: '/host/x', options: ['rbind', 'rprivate', 'ro'] });
  });

  test('only privileged ones write to the kernel', () => {
    const access = (privileged: boolean): (string | undefined)[] => containerMounts({ ...sources, privileged }, []).filter(({ destination }) => destination.startsWith('/sys')).map(({ options }) => options.at(-1));
    expect(access(false)).toEqual(['ro', 'ro']);
    expect(access(true)).toEqual(['rw', 'rw']);
  });
});
