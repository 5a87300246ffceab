import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import { sealingKeyId } from '@gantry/storage';
import { restoreSnapshot, saveSnapshot, type RestoredSnapshot, type SavedSnapshot, type SnapshotProgress } from '@gantry/store/snapshot';
import { ClusterError } from '../options.js';
import { startPostgres, type PostgresConnection } from '../postgres/postgres.js';
import { explainFileError, readFileIfAny, writeFileAtomic } from '../state/files.js';
import { lockHolder, takeLock } from '../state/lock.js';
import { placesOf, type Places } from '../state/places.js';
import { choosePort } from '../state/port.js';
import { readSettings, writeSettings } from '../state/settings.js';

export type { RestoredSnapshot, SavedSnapshot } from '@gantry/store/snapshot';

export interface SnapshotOptions {
  readonly home: string;
  readonly name: string;
  /** A path; `-` is standard output or input. */
  readonly file: string;
  readonly onProgress?: SnapshotProgress;
}

/** Saves the state of a cluster, which may run or be stopped. The file appears whole or not at all, and only its owner can read it. */
export async function saveClusterSnapshot({ home, name, file, onProgress }: SnapshotOptions): Promise<SavedSnapshot & { readonly bytes?: number }> {
  const places = placesOf(home, name);
  if ((await readSettings(places)) === undefined) throw unknownCluster(home, name);
  return explained(file, () => withDatabase(places, async (postgres) => (file === '-' ? saveSnapshot({ postgres, out: process.stdout, onProgress }) : saveFile(postgres, file, onProgress))));
}

export interface RestoreSnapshotOptions extends SnapshotOptions {
  /** The encryption key of the cluster that was saved, for a cluster that has none of its own yet. */
  readonly encryptionKey?: string;
}

/** Restores a snapshot into a stopped cluster, or into a new one, which it makes. Either all of it is restored or nothing is changed. */
export async function restoreClusterSnapshot({ home, name, file, encryptionKey, onProgress }: RestoreSnapshotOptions): Promise<RestoredSnapshot> {
  const places = placesOf(home, name);
  if (lockHolder(places.lock) !== undefined) throw new ClusterError(`cluster "${name}" is running`, `end it with "gantry stop --name ${name}" first: what runs would go on with what is replaced`);
  if (file !== '-') await stat(file).catch((error: unknown) => Promise.reject(explainMissing(error, file)));
  return explained(file, async () => {
    const undo = await prepareHome(places, encryptionKey);
    try {
      const keyIds = await keyIdsOf(places);
      return await withDatabase(places, (postgres) => restoreSnapshot({ postgres, input: file === '-' ? process.stdin : createReadStream(file), keyIds, logger: silentLogger, onProgress }));
    } catch (error) {
      await undo();
      throw error;
    }
  });
}

async function saveFile(postgres: PostgresConnection, file: string, onProgress: SnapshotProgress | undefined): Promise<SavedSnapshot & { readonly bytes: number }> {
  const partial = `${file}.${process.pid}.partial`;
  const out = createWriteStream(partial, { mode: 0o600 });
  try {
    await once(out, 'open');
    const saved = await saveSnapshot({ postgres, out, onProgress });
    const handle = await open(partial, 'r');
    await handle.sync().finally(() => handle.close());
    const { size } = await stat(partial);
    await rename(partial, file);
    return { ...saved, bytes: size };
  } catch (error) {
    out.destroy();
    await rm(partial, { force: true });
    throw error;
  }
}

/** The database of a running cluster as it runs, that of a stopped one started for this alone. */
async function withDatabase<T>(places: Places, work: (postgres: PostgresConnection) => Promise<T>): Promise<T> {
  if (lockHolder(places.lock) !== undefined) return work({ host: join(places.sockets, 'postgres'), port: 5432, user: 'gantry', database: 'postgres' });
  const release = takeLock(places.lock, places.name);
  try {
    await mkdir(places.sockets, { recursive: true, mode: 0o755 });
    const postgres = await startPostgres({ dataDir: places.postgresData, runtimeDir: places.sockets, logger: silentLogger });
    return await work(postgres.config).finally(() => postgres.stop());
  } finally {
    release();
  }
}

/**
 * Makes what a start expects beside a database: settings, and the key that was given. Returns what takes the key away again, so that a restore
 * that failed leaves no key that nothing is sealed with.
 */
async function prepareHome(places: Places, encryptionKey: string | undefined): Promise<() => Promise<void>> {
  if ((await readSettings(places)) === undefined) {
    if (existsSync(places.postgresData)) throw new ClusterError(`${places.system} holds the database of a former cluster "${places.name}" whose folder ${places.folder} is gone`, `remove it with "gantry delete --name ${places.name}", or put the folder back`);
    await mkdir(places.folder, { recursive: true, mode: 0o700 });
    await writeSettings(places, { name: places.name, createdAt: new Date().toISOString(), port: await choosePort(undefined, undefined), nodes: 1, hollow: 0, runtime: 'hollow' });
  }
  if (encryptionKey === undefined) return () => Promise.resolve();
  const given = await readKey(encryptionKey);
  const own = await readFileIfAny(places.encryptionKey);
  if (own?.trim() === given) return () => Promise.resolve();
  if (own !== undefined) throw new ClusterError(`cluster "${places.name}" has an encryption key of its own`, 'restore into a new cluster, with another --name');
  await writeFileAtomic(places.encryptionKey, `${given}\n`);
  return () => rm(places.encryptionKey, { force: true });
}

async function readKey(path: string): Promise<string> {
  const text = (await readFile(path, 'utf8').catch((error: unknown) => Promise.reject(explainMissing(error, path)))).trim();
  if (Buffer.from(text, 'base64').length !== 32) throw new ClusterError(`${path} holds no encryption key`, 'give the file encryption.key of the cluster that was saved');
  return text;
}

async function keyIdsOf(places: Places): Promise<string[]> {
  const key = await readFileIfAny(places.encryptionKey);
  return key === undefined ? [] : [sealingKeyId(Buffer.from(key.trim(), 'base64')).toString('hex')];
}

function unknownCluster(home: string, name: string): ClusterError {
  return new ClusterError(`there is no cluster "${name}" under ${home}`, 'see what there is with "gantry list"');
}

function explainMissing(error: unknown, path: string): unknown {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? new ClusterError(`there is no file ${path}`, 'look at its name', { cause: error }) : explainFileError(error, path);
}

/** What went wrong, as the command line says it. */
async function explained<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SnapshotError') throw explainMissing(error, file);
    const { hint } = error as Error & { hint?: string };
    throw new ClusterError(error.message, error.message.includes('sealed with a key') ? `${hint}; name it with --encryption-key` : hint, { cause: error });
  }
}
