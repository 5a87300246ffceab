import { chmod, chown, utimes } from 'node:fs/promises';
import type { Logger } from '@gantry/async';
import { bytesOf } from './entry-path.js';
import type { Remaining } from './layer-writer.js';
import { directoryBelow } from './lower-tree.js';
import { makeSpecialFiles } from './special-files.js';
import type { Whiteouts } from './whiteouts.js';
import { setXattrs } from './xattrs.js';

export interface FinishTask {
  readonly folder: string;
  readonly remaining: Remaining;
  /** The folders of the layers below, the lowest first. */
  readonly below: readonly string[];
  readonly whiteouts: Whiteouts;
  /** A folder that is not there yet. */
  readonly temporary: string;
  readonly logger: Logger;
}

/** Does what was left when a layer's archive was unpacked, most of which needs the layers below. */
export async function finishLayer({ folder, remaining, below, whiteouts, temporary, logger }: FinishTask): Promise<void> {
  await adoptDirectories(folder, remaining.implied, below);
  const withoutFiles = await makeSpecialFiles(folder, remaining.specialFiles);
  if (withoutFiles !== undefined) logger.warn({ error: withoutFiles }, 'a layer has devices or pipes that could not be made');
  const withoutXattrs = await setXattrs(folder, remaining.xattrs, temporary);
  if (withoutXattrs !== undefined) logger.warn({ error: withoutXattrs, files: remaining.xattrs.size }, 'a layer has extended attributes that could not be set: programs in it lack the capabilities that they had');
  await whiteouts.apply(folder, remaining.removed, remaining.opaque, below);
}

/** Directories that an archive only implies are as they are below: overlay shows the attributes of the uppermost. */
async function adoptDirectories(folder: string, implied: readonly string[], below: readonly string[]): Promise<void> {
  for (const path of implied) {
    const [here, known] = await Promise.all([directoryBelow([folder], path), directoryBelow(below, path)]);
    if (here === undefined || known === undefined) continue;
    const place = bytesOf(`${folder}/${path}`);
    await chown(place, known.uid, known.gid);
    await chmod(place, known.mode & 0o7777);
    await utimes(place, known.atime, known.mtime);
  }
}
