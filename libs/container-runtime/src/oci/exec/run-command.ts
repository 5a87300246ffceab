import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { feed } from '../../feed-input.js';
import type { ProcessStreams } from '../../runtime.js';
import { RuntimeError } from '../../runtime.js';
import type { RuntimeBinary } from '../options.js';
import type { StreamDependencies } from '../seam.js';
import type { RuntimeSpec } from '../spec/runtime-spec.js';
import { openTerminal } from '../terminal/terminal.js';
import type { Terminal } from '../terminal/terminal.js';
import { failureOf, wasStarted } from './command-files.js';
import type { CommandFiles } from './command-files.js';
import { shellPipes, socketPipes } from './pipes.js';
import type { OwnEnds, Pipes, StreamName } from './pipes.js';
import { OutputPumps, followSizes } from './stream-pumps.js';
import type { Sink } from './stream-pumps.js';

/** A command that is to run in a container. */
export interface Command {
  readonly container: string;
  readonly args: readonly string[];
  readonly files: CommandFiles;
}

/** How a command ended, as far as the runtime tells. */
export interface CommandEnd {
  readonly exitCode: number;
  /** The runtime was killed. */
  readonly killed: boolean;
  /** Why the runtime did not start the command; empty: it does not say. */
  readonly refusal?: string;
}

type Ended = Promise<CommandEnd>;

/** Runs a command to its end. When `signal` aborts, somebody has to end it. */
export async function runInContainer({ runtimeCommand, binary, places }: Pick<StreamDependencies, 'runtimeCommand' | 'binary' | 'places'>, command: Command, streams: ProcessStreams, signal: AbortSignal): Promise<CommandEnd> {
  const argv = [...runtimeCommand, ...(await execArguments(command, places.container(command.container).spec, streams.tty))];
  const pumps = new OutputPumps();
  try {
    const ended = await (streams.tty ? startInTerminal : startWithPipes)({ kind: binary.kind, argv, command, streams, pumps, signal });
    const end = await ended;
    if (!signal.aborted) await pumps.drain(signal);
    return end.killed || existsSync(command.files.pidFile) ? end : { ...end, refusal: await failureOf(command.files) };
  } finally {
    pumps.close();
  }
}

async function execArguments({ container, args, files }: Command, spec: string, tty: boolean): Promise<string[]> {
  const what = tty ? ['--tty', '--process', await writeProcess(files, spec, args), container] : [container, ...args];
  return ['--log', files.log, '--log-format', 'json', 'exec', '--pid-file', files.pidFile, ...what];
}

/** With a terminal it has a variable more than the container's process, which the runtimes' own options do not say in the same way. */
async function writeProcess({ process: file }: CommandFiles, spec: string, args: readonly string[]): Promise<string> {
  const { process } = JSON.parse(await readFile(spec, 'utf8')) as RuntimeSpec;
  const env = process.env.some((variable) => variable.startsWith('TERM=')) ? process.env : [...process.env, 'TERM=xterm'];
  await writeFile(file, JSON.stringify({ ...process, args, env, terminal: true }));
  return file;
}

interface Start {
  readonly kind: RuntimeBinary['kind'];
  readonly argv: readonly string[];
  readonly command: Command;
  readonly streams: ProcessStreams;
  readonly pumps: OutputPumps;
  readonly signal: AbortSignal;
}

/** runc makes pipes of its own for the command; crun hands on what it is given. */
async function startWithPipes({ kind, argv, command, streams, pumps, signal }: Start): Promise<Ended> {
  const wanted = new Set<StreamName>();
  if (streams.stdin !== undefined) wanted.add('in');
  if (streams.stdout !== undefined) wanted.add('out');
  if (streams.stderr !== undefined) wanted.add('err');
  const pipes = kind === 'runc' ? socketPipes(wanted) : await shellPipes(command.files.directory, wanted);
  const { ended, own } = startOnPipes(argv, pipes, signal);
  if (own.out !== undefined) pumps.add(own.out, streams.stdout ?? ignore);
  if (own.err !== undefined) pumps.add(own.err, afterStart(command.files, ended, streams.stderr ?? ignore));
  const input = own.in;
  if (input !== undefined) {
    void feed(input, streams.stdin).then(() => input.end());
    void ended.then(() => input.destroy(), () => input.destroy());
  }
  return ended;
}

function startOnPipes(argv: readonly string[], pipes: Pipes, signal: AbortSignal): { readonly ended: Ended; readonly own: OwnEnds } {
  try {
    const child = start(argv, [...pipes.stdio], true, signal);
    return { ended: endOf(child), own: pipes.take(child) };
  } catch (error) {
    pipes.take(undefined);
    throw error;
  }
}

/** What comes in ends with the program and not before: a terminal has no end of input but what is typed. */
async function startInTerminal({ argv, command, streams, pumps, signal }: Start): Promise<Ended> {
  const terminal = await openTerminal(command.files.directory);
  const ended = startOnTerminal(argv, terminal, signal);
  pumps.add(terminal.output, afterStart(command.files, ended, streams.stdout ?? ignore));
  void feed(terminal.input, streams.stdin);
  void followSizes(streams.resize, terminal.resize);
  terminal.output.once('close', terminal.close);
  return ended;
}

function startOnTerminal(argv: readonly string[], { programEnd, close }: Terminal, signal: AbortSignal): Ended {
  try {
    return endOf(start(['setsid', '-c', ...argv], [programEnd, programEnd, programEnd], false, signal));
  } catch (error) {
    close();
    throw error;
  } finally {
    closeSync(programEnd);
  }
}

/** Whoever ends a command looks for what runs it: what nobody wants any more must not begin after that. */
function start([program = '', ...args]: readonly string[], stdio: StdioOptions, detached: boolean, signal: AbortSignal): ChildProcess {
  signal.throwIfAborted();
  return spawn(program, args, { stdio, detached, cwd: '/' });
}

function endOf(child: ChildProcess): Ended {
  const ended = new Promise<CommandEnd>((resolve, reject) => {
    child.once('error', (error) => reject(new RuntimeError('unavailable', error.message, { cause: error })));
    child.once('exit', (code, signal) => resolve({ exitCode: code ?? 128 + constants.signals[signal ?? 'SIGKILL'], killed: code === null }));
  });
  // It is waited for, but perhaps only after it has failed.
  ended.catch(() => undefined);
  return ended;
}

/** What the runtime prints of its own failure on the command's output is no output of the command. */
function afterStart(files: CommandFiles, ended: Ended, sink: Sink): Sink {
  let started: Promise<boolean> | undefined;
  return async (chunk) => {
    started ??= wasStarted(files, ended).catch(() => false);
    if (await started) await sink(chunk);
  };
}

function ignore(): void {
  // Nobody wants it.
}
