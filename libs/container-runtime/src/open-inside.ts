import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';

/** Of Linux; Node does not name it: what is opened so is neither read nor written, only pointed at. */
const O_PATH = 0o10000000;

/**
 * Opens what is at or below a directory, step by step and through no link: whoever may write there cannot lead elsewhere, whatever is
 * renamed meanwhile. Both paths are absolute and, up to the directory, without links. `/proc/<pid>/fd/<descriptor>` is the thing itself.
 */
export function openInside(directory: string, path: string): number {
  const way = relative(directory, path);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) throw new Error(`"${path}" not within "${directory}"`);
  let descriptor = openSync(directory, O_PATH | constants.O_DIRECTORY);
  for (const step of way.split(sep).filter((part) => part !== '')) {
    const above = descriptor;
    try {
      descriptor = openSync(`/proc/self/fd/${above}/${step}`, O_PATH | constants.O_NOFOLLOW);
    } finally {
      closeSync(above);
    }
    if (!fstatSync(descriptor).isSymbolicLink()) continue;
    closeSync(descriptor);
    throw new Error(`"${path}" leads through a link`);
  }
  return descriptor;
}
