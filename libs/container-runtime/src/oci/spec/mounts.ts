import type { Mount } from '../../runtime.js';
import type { SpecMount } from './runtime-spec.js';

export interface MountSources {
  /** Of the sandbox. */
  readonly shm: string;
  readonly hostname: string;
  readonly privileged: boolean;
  readonly readonlyRootfs: boolean;
}

const PLAIN = ['nosuid', 'noexec', 'nodev'];

/** What every container sees besides its image. */
function ownMounts({ shm, hostname, privileged, readonlyRootfs }: MountSources): SpecMount[] {
  const access = privileged ? 'rw' : 'ro';
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: PLAIN },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: PLAIN },
    { destination: '/dev/shm', type: 'bind', source: shm, options: ['rbind', 'rprivate', 'rw'] },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...PLAIN, access] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [...PLAIN, 'relatime', access] },
    { destination: '/etc/hostname', type: 'bind', source: hostname, options: ['rbind', 'rprivate', readonlyRootfs ? 'ro' : 'rw'] },
  ];
}

/**
 * All mounts in the order in which they are made: outer ones before those inside of them. What the pod mounts takes the place of what
 * is there by default at or below that path.
 */
export function containerMounts(sources: MountSources, given: readonly Mount[]): SpecMount[] {
  const wanted = given.map(bind);
  const isCovered = ({ destination }: SpecMount): boolean => wanted.some((mount) => destination === mount.destination || destination.startsWith(`${mount.destination}/`));
  const own = ownMounts(sources).filter((mount) => !isCovered(mount));
  return [...own, ...wanted].sort((one, other) => depth(one) - depth(other));
}

/** Mounts that come later, on either side, are not shown on the other. */
function bind({ hostPath, containerPath, readonly }: Mount): SpecMount {
  return { destination: tidy(containerPath), type: 'bind', source: hostPath, options: ['rbind', 'rprivate', readonly ? 'ro' : 'rw'] };
}

function tidy(path: string): string {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  return `/${steps.join('/')}`;
}

function depth({ destination }: SpecMount): number {
  return destination.split('/').filter((step) => step !== '').length;
}
