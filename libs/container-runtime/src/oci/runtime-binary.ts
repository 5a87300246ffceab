import { readFileSync } from 'node:fs';

/**
 * Why crun makes no container on this machine; undefined where it does. It takes version 1 of control groups or version 2, and version 1
 * with a version 2 beside it only where that has no controllers; runc takes all three.
 */
export function crunRefusal(controllersFile = '/sys/fs/cgroup/unified/cgroup.controllers'): string | undefined {
  try {
    const controllers = readFileSync(controllersFile, 'utf8').trim();
    return controllers === '' ? undefined : `crun does not work where control groups of version 1 and 2 are mixed, and version 2 has ${controllers.replaceAll(' ', ', ')}`;
  } catch {
    return undefined;
  }
}
