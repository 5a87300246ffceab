import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ClusterError } from '../options.js';
import type { PostgresBinaries } from './binaries.js';
import type { PostgresOwner } from './owner.js';
import { makeOwnedFolder } from './owner.js';
import { readPostmasterFile, waitUntil } from './postmaster.js';
import { POSTGRES_ENVIRONMENT, postmasterArguments } from './settings.js';

export interface LaunchOptions {
  readonly dataDir: string;
  readonly socketDir: string;
  readonly logFile: string;
  readonly binaries: PostgresBinaries;
  readonly owner: PostgresOwner | undefined;
}

const START_MS = 60_000;
const LOG_TAIL = 2_000;

/**
 * Starts a postmaster and resolves when it accepts sessions. It writes its log to a file and has a process group of its own,
 * so that neither Ctrl-C nor the death of this process disturbs it; the next start adopts it.
 */
export async function launchPostmaster(options: LaunchOptions): Promise<ChildProcess> {
  const log = openSync(options.logFile, 'w', 0o600);
  try {
    const child = spawn(options.binaries.postgres, postmasterArguments(options.dataDir, options.socketDir), {
      ...options.owner,
      cwd: dirname(options.dataDir),
      env: POSTGRES_ENVIRONMENT,
      stdio: ['ignore', log, log],
      detached: true,
    });
    await becameReady(child, options);
    return child;
  } finally {
    closeSync(log);
  }
}

async function becameReady(child: ChildProcess, options: LaunchOptions): Promise<void> {
  let failure: Error | undefined;
  child.on('error', (error) => (failure = error));
  const ended = () => failure !== undefined || child.exitCode !== null || child.signalCode !== null;
  const isReady = () => {
    const file = readPostmasterFile(options.dataDir);
    return file?.pid === child.pid && file?.status === 'ready';
  };
  const inTime = await waitUntil(() => ended() || isReady(), START_MS);
  if (inTime && !ended()) return;
  if (!ended()) child.kill('SIGQUIT');
  throw explainFailure('Postgres did not start', tailOf(options.logFile), options.dataDir, failure);
}

/** Makes a data folder: it appears under its name when it is complete, so a killed first start leaves nothing half done. */
export async function initializeData(options: LaunchOptions): Promise<void> {
  const partial = `${options.dataDir}.new`;
  rmSync(partial, { recursive: true, force: true });
  await makeOwnedFolder(partial, options.owner);
  const child = spawn(options.binaries.initdb, ['-D', partial, '-U', 'gantry', '-E', 'UTF8', '--locale=C', '--auth-local=trust', '--auth-host=reject', '--no-instructions'], {
    ...options.owner,
    cwd: dirname(options.dataDir),
    env: POSTGRES_ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw explainFailure('Postgres could not make its data folder', output.slice(-LOG_TAIL), options.dataDir);
}

function tailOf(logFile: string): string {
  return readFileSync(logFile, 'utf8').slice(-LOG_TAIL);
}

/** What Postgres said, with the next thing to try where the cause is a usual one. */
export function explainFailure(what: string, output: string, dataDir: string, cause?: unknown): ClusterError {
  const parent = join(dirname(dataDir), '/');
  if (/no space left on device/i.test(output)) return new ClusterError(`${what}: the disk of ${parent} is full`, 'free some space there and start again; nothing that was acknowledged is lost', { cause });
  if (/permission denied|wrong ownership/i.test(output)) return new ClusterError(`${what}: it may not use ${dataDir}`, 'start the cluster as the user that made it', { cause });
  if (/incompatible with server|database files are incompatible/i.test(output)) return new ClusterError(`${what}: ${dataDir} was made by another version of Postgres${versionsIn(output)}`, 'start it with the version of Gantry that made it; a snapshot of that can be restored into a new cluster of this one', { cause });
  if (/postmaster\.pid" already exists|pre-existing shared memory block/i.test(output)) return new ClusterError(`${what}: another Postgres works on ${dataDir}`, 'end its processes, which "ps -C postgres -o pid,args" shows, and start again', { cause });
  return new ClusterError(`${what}: ${output.trim() || String(cause ?? 'it said nothing')}`, undefined, { cause });
}

function versionsIn(output: string): string {
  const [, theirs, ours] = /initialized by PostgreSQL version (\S+),.*version ([\d.]+)/.exec(output) ?? [];
  return theirs === undefined || ours === undefined ? '' : `: by ${theirs}, and this Gantry has ${ours}`;
}
