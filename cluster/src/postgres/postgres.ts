import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { silentLogger, type Logger } from '@gantry/async';
import { ClusterError } from '../options.js';
import { explainFileError } from '../state/files.js';
import { answersAt } from './answers.js';
import { provideBinaries } from './binaries.js';
import type { LaunchOptions } from './launch.js';
import { initializeData, launchPostmaster } from './launch.js';
import { endBackends, isAttached } from './orphans.js';
import { chooseOwner, makeOwnedFolder, requireReachable } from './owner.js';
import type { Postmaster } from './postmaster.js';
import { endPostmaster, identifyPostmaster, isRunning, isTaken, readPostmasterFile, readSocketOwner, waitUntil } from './postmaster.js';
import { Supervisor, type Started } from './supervise.js';

export interface PostgresOptions {
  /** Absolute; made at the first start. Its parent holds a copy of the binaries where one is needed. */
  readonly dataDir: string;
  /** Absolute and short: the unix socket goes into `<runtimeDir>/postgres`. */
  readonly runtimeDir: string;
  readonly logger: Logger;
  /** Given, a Postgres that ends without being asked to is started again, and this called. */
  readonly onRestart?: () => void;
}

/** A part of the connection settings of `pg`. */
export interface PostgresConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export interface RunningPostgres {
  readonly config: PostgresConnection;
  readonly pid: number;
  /** True when it was left running by a process that was killed. */
  readonly adopted: boolean;
  /** Fast shutdown. Idempotent; bounded to half a minute. */
  stop(): Promise<void>;
}

const PORT = 5432;
/** Bytes of a socket's path on Linux; macOS has 104. */
const LONGEST_SOCKET_PATH = 103;
const ADOPTION_MS = 30_000;

/** Starts, or adopts, the embedded Postgres of a data folder. Throws a ClusterError that says what to do. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  try {
    return await start(options);
  } catch (error) {
    throw error instanceof ClusterError ? error : explainFileError(error, options.dataDir);
  }
}

/** How the Postgres of a folder for sockets is reached. */
export function connectionOf(runtimeDir: string): PostgresConnection {
  return { host: join(runtimeDir, 'postgres'), port: PORT, user: 'gantry', database: 'postgres' };
}

/** Ends the Postgres of a data folder that a killed process left, if there is one, and what a killed Postgres left. */
export async function endOrphan(dataDir: string): Promise<void> {
  const found = readPostmasterFile(dataDir);
  if (found && identifyPostmaster(found.pid, dataDir) === 'own') await endPostmaster(found.pid);
  await endBackends(dataDir, silentLogger);
}

async function start({ dataDir, runtimeDir, logger, onRestart }: PostgresOptions): Promise<RunningPostgres> {
  const socketDir = join(runtimeDir, 'postgres');
  requireShort(socketDir);
  const serve = async (): Promise<Started> => {
    const adopted = await adopt(dataDir, socketDir, logger);
    return adopted === undefined ? launch(dataDir, socketDir, logger) : { pid: adopted };
  };
  const first = await serve();
  const supervisor = new Supervisor(first, serve, logger, onRestart);
  return {
    config: connectionOf(runtimeDir),
    get pid() {
      return supervisor.pid;
    },
    adopted: first.child === undefined,
    stop: () => supervisor.stop(),
  };
}

function requireShort(socketDir: string): void {
  if (Buffer.byteLength(join(socketDir, `.s.PGSQL.${PORT}`)) <= LONGEST_SOCKET_PATH) return;
  throw new ClusterError(`${socketDir} is too long for a unix socket`, 'choose a shorter --home or --name');
}

/** The process id of a living postmaster of this folder that can be used as it is; one that cannot is ended first. */
async function adopt(dataDir: string, socketDir: string, logger: Logger): Promise<number | undefined> {
  const found = readPostmasterFile(dataDir);
  if (!found) return undefined;
  const identity = identifyPostmaster(found.pid, dataDir);
  if (identity !== 'own') {
    await clearAfter(found, identity, dataDir, logger);
    return undefined;
  }
  const status = () => readPostmasterFile(dataDir)?.status;
  await waitUntil(() => status() !== 'starting' || !isRunning(found.pid), ADOPTION_MS);
  if (status() === 'ready' && found.socketDir === socketDir && (await answersAt(join(socketDir, `.s.PGSQL.${PORT}`)))) {
    logger.info({ pid: found.pid }, 'adopted the Postgres that a killed process left');
    return found.pid;
  }
  logger.info({ pid: found.pid, status: status() }, 'ending the Postgres that a killed process left');
  await endPostmaster(found.pid);
  return undefined;
}

/**
 * Makes room after a postmaster that was killed. Its lock file is Postgres' own way to keep a second one from the data, and stays: only where its
 * number has become another process' would the file lock everyone out, so it goes, once nothing is attached to the memory that it names.
 */
async function clearAfter(found: Postmaster, identity: 'other' | 'gone' | 'unknown', dataDir: string, logger: Logger): Promise<void> {
  if (identity === 'unknown') return;
  await endBackends(dataDir, logger);
  if (!isTaken(found.pid) || (found.sharedMemory !== undefined && isAttached(found.sharedMemory))) return;
  rmSync(join(dataDir, 'postmaster.pid'), { force: true });
}

async function launch(dataDir: string, socketDir: string, logger: Logger): Promise<Started> {
  const owner = chooseOwner(dataDir);
  const binaries = await provideBinaries(dirname(dataDir), owner);
  await makeOwnedFolder(socketDir, owner);
  freeSocket(dataDir, socketDir);
  requireReachable(dataDir, owner);
  requireReachable(socketDir, owner);
  const options: LaunchOptions = { dataDir, socketDir, logFile: join(dirname(dataDir), 'postgres.log'), binaries, owner };
  if (!existsSync(dataDir)) {
    await initializeData(options);
    renameSync(`${dataDir}.new`, dataDir);
  }
  const child = await launchPostmaster(options);
  child.on('exit', (code, signal) => logger[code === 0 ? 'debug' : 'error']({ code, signal, log: options.logFile }, 'Postgres ended'));
  child.unref();
  return { pid: child.pid ?? 0, child };
}

/** Postgres would take any process that has the number of the socket's former owner for that: another one since a reboot, or a dead one that nobody waited for. */
function freeSocket(dataDir: string, socketDir: string): void {
  const lock = join(socketDir, `.s.PGSQL.${PORT}.lock`);
  const pid = readSocketOwner(lock);
  if (pid !== undefined && ['other', 'gone'].includes(identifyPostmaster(pid, dataDir))) rmSync(lock, { force: true });
}
