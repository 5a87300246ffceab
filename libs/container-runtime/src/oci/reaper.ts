import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { RuntimeError } from '../runtime.js';
import type { OciOptions } from './options.js';
import type { OciPlaces } from './places.js';
import { lookAtProcess } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';
import type { ContainerRecord } from './records.js';

/** A container that the runtime has made and not started, with the process that will know how it ends. */
export interface CreatedContainer {
  readonly process: ProcessIdentity;
  readonly reaper: ProcessIdentity;
}

/**
 * Has a reaper make the container. It outlives this process, and calls `ended` when it ends while this process lives: after it has written
 * down how the container ended, or because somebody killed it. Rejects with `start-failed` and what the runtime said.
 */
export async function createByReaper(options: Pick<OciOptions, 'binary' | 'conmon'>, places: OciPlaces, record: ContainerRecord, ended: () => void): Promise<CreatedContainer> {
  const child = spawn(options.conmon, reaperArguments(options.binary.path, places, record), {
    // It notes in its working directory that memory ran out.
    cwd: places.container(record.id).directory, detached: true, stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC', _OCI_SYNCPIPE: '3' },
  });
  child.unref();
  child.once('exit', ended);
  const reaper = child.pid === undefined ? undefined : lookAtProcess(child.pid);
  const pid = await createdProcess(child);
  const made = lookAtProcess(pid);
  if (made === undefined || reaper === undefined) throw new RuntimeError('start-failed', 'the container ended before it was started');
  return { process: identity(made), reaper: identity(reaper) };
}

function identity({ pid, startTime }: ProcessIdentity): ProcessIdentity {
  return { pid, startTime };
}

function reaperArguments(runtime: string, places: OciPlaces, { id, config }: ContainerRecord): string[] {
  const { directory, pidFile } = places.container(id);
  return [
    '--sync', '--api-version', '1', '--cid', id, '--cuuid', id, '--name', config.name, '--runtime', runtime, '--bundle', directory, '--container-pidfile', pidFile,
    '--log-path', `k8s-file:${config.logPath}`, '--no-sync-log', '--exit-dir', places.exits, '--full-attach', '--runtime-arg', `--root=${places.state}`,
    ...(config.tty ? ['--terminal'] : []),
    ...(config.stdin ? ['--stdin', ...(config.stdinOnce ? [] : ['--leave-stdin-open'])] : []),
  ];
}

interface Report {
  /** The process, or -1. */
  readonly data: number;
  readonly message?: string;
}

/** What the reaper reports of the runtime's work: one line, or nothing where it ended before. */
async function createdProcess(child: ChildProcess): Promise<number> {
  const [, , complaints, reports] = child.stdio as unknown as [null, null, Readable, Readable];
  const complaint = firstText(complaints, () => false);
  try {
    const line = await Promise.race([firstText(reports, (text) => text.includes('\n')), failure(child)]);
    const report = line === '' ? undefined : (JSON.parse(line) as Report);
    if (report !== undefined && report.data > 0) return report.data;
    throw new RuntimeError('start-failed', `OCI runtime create failed: ${runtimeMessage(report?.message ?? (await complaint))}`);
  } finally {
    complaints.destroy();
    reports.destroy();
  }
}

function failure(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => child.once('error', (error) => reject(new RuntimeError('start-failed', error.message, { cause: error }))));
}

/** Text up to where it is `complete`, or the stream's end. */
function firstText(stream: Readable, complete: (text: string) => boolean): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (complete(text)) resolve(text);
    });
    stream.once('close', () => resolve(text)).on('error', () => undefined);
  });
}

/** The sentence in what a runtime prints when it fails: runc writes log lines (`level=error msg="…"`), crun bare ones. */
export function runtimeMessage(text: string): string {
  const errors = [...text.matchAll(/level=(?:error|fatal) msg=("(?:[^"\\]|\\.)*"|\S+)/g)].map(([, message = '']) => (message.startsWith('"') ? unquoted(message) : message));
  return (errors.at(-1) ?? text).trim();
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}
