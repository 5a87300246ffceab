import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { lookAtProcess } from '@gantry/machine';
import type { ProcessIdentity } from '@gantry/machine';
import { RuntimeError } from '../runtime.js';
import type { OciOptions } from './options.js';
import type { OciPlaces } from './places.js';
import type { ContainerRecord } from './records.js';

/**
 * What the reaper runs instead of the runtime's creation alone: a start of its own would be one more process of this one, which costs
 * more than the start itself. The program is the runtime, the first argument where its state is, the last one the container.
 */
const CREATE_AND_START = 'for last; do :; done; "$0" "$@" && exec "$0" "$1" start "$last"';

/** A container that runs, with the process that will know how it ends. */
export interface StartedByReaper {
  readonly process: ProcessIdentity;
  readonly reaper: ProcessIdentity;
}

/**
 * Has a reaper make and start the container. It outlives this process, and calls `ended` when it ends while this process lives: after it
 * has written down how the container ended, or because somebody killed it. Rejects with `start-failed` and what the runtime said.
 */
export async function startByReaper(options: Pick<OciOptions, 'binary' | 'conmon'>, places: OciPlaces, record: ContainerRecord, ended: () => void): Promise<StartedByReaper> {
  const child = spawn(options.conmon, reaperArguments(options.binary.path, places, record), {
    // It notes in its working directory that memory ran out.
    cwd: places.container(record.id).directory, detached: true, stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC', _OCI_SYNCPIPE: '3' },
  });
  child.unref();
  child.once('exit', ended);
  const reaper = child.pid === undefined ? undefined : lookAtProcess(child.pid);
  const pid = await createdProcess(child);
  if (reaper === undefined) throw new RuntimeError('start-failed', 'the reaper of the container was not seen');
  // One that has ended already has no start that anybody could compare.
  return { process: identity(lookAtProcess(pid) ?? { pid, startedAt: '' }), reaper: identity(reaper) };
}

function identity({ pid, startedAt }: ProcessIdentity): ProcessIdentity {
  return { pid, startedAt };
}

function reaperArguments(runtime: string, places: OciPlaces, { id, config }: ContainerRecord): string[] {
  const { directory, pidFile } = places.container(id);
  return [
    '--sync', '--api-version', '1', '--cid', id, '--cuuid', id, '--name', config.name, '--bundle', directory, '--container-pidfile', pidFile,
    '--log-path', `k8s-file:${config.logPath}`, '--no-sync-log', '--exit-dir', places.exits, '--full-attach',
    '--runtime', '/bin/sh', ...['-c', CREATE_AND_START, runtime, `--root=${places.state}`].flatMap((argument) => ['--runtime-arg', argument]),
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
