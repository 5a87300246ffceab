import type { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import { Semaphore } from '@gantry/async';
import type DockerClient from 'dockerode';
import type { DockerOptions } from 'dockerode';
import { RuntimeError } from '../runtime.js';
import { Docker } from './client.js';
import type { RuntimeErrorCode } from '../runtime.js';
import { QuietAgent } from './quiet-agent.js';

/** How many creates and starts an engine is given at once: more make each of them slower (measured), none faster. */
const CONCURRENT_STARTS = 6;
/** Of those at most so many sandboxes: pods that were begun are ended before others are begun, so half of them run early. */
const CONCURRENT_SANDBOXES = 3;

export interface Engine {
  readonly docker: DockerClient;
  /** Runs `work` when fewer than the cap of heavy calls are under way. */
  heavy<T>(work: () => Promise<T>): Promise<T>;
  /** The same for the beginning of a pod, of which fewer are let in. */
  heavyFirst<T>(work: () => Promise<T>): Promise<T>;
  /** A call of the engine's HTTP API whose answer flows. Rejects when `signal` aborts first. */
  stream(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Readable>;
  close(): void;
}

export function createEngine(socketPath: string): Engine {
  const agent = new QuietAgent({ keepAlive: true });
  // The client takes an agent, which its types forget.
  const options: DockerOptions & { agent: Agent } = { socketPath, agent };
  const docker = new Docker(options);
  const starts = new Semaphore(CONCURRENT_STARTS);
  const firsts = new Semaphore(CONCURRENT_SANDBOXES);
  return {
    docker,
    heavy: (work) => starts.run(work),
    heavyFirst: (work) => firsts.run(() => starts.run(work)),
    stream: (path, query, signal) => openStream(docker, path, query, signal),
    close: () => agent.destroy(),
  };
}

const STREAM_STATUSES = { 200: true, 400: 'bad request', 404: 'not found', 409: 'conflict', 500: 'server error' };

function openStream(docker: DockerClient, path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Readable> {
  const options = { path: `${path}?`, method: 'GET', isStream: true, statusCodes: STREAM_STATUSES, options: { ...query }, abortSignal: signal };
  return new Promise((resolve, reject) => {
    docker.modem.dial(options, (error: unknown, stream: unknown) => (error ? reject(error) : resolve(stream as Readable)));
  });
}

interface EngineFailure {
  readonly statusCode?: number;
  readonly code?: string;
  readonly json?: { readonly message?: string };
  readonly message?: string;
}

/** The engine's own sentence, without the client's decoration. */
export function engineText(error: unknown): string {
  const failure = error as EngineFailure;
  return failure.json?.message ?? (failure.message ?? String(error)).replace(/^\(HTTP code \d+\) .*? - /, '').trim();
}

export function isStatus(error: unknown, ...statuses: number[]): boolean {
  return statuses.includes((error as EngineFailure).statusCode ?? 0);
}

/** No answer at all: the engine is down, restarting, or its socket is not ours to open. */
function isUnreachable(error: unknown): boolean {
  const failure = error as EngineFailure;
  return failure.statusCode === undefined && failure.code !== undefined;
}

/** An engine's failure as a `RuntimeError`; `fallback` for what its status does not say. */
export function translated(error: unknown, fallback: RuntimeErrorCode): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const code = isUnreachable(error) ? 'unavailable' : isStatus(error, 404) ? 'not-found' : isStatus(error, 409) ? 'name-conflict' : fallback;
  return new RuntimeError(code, engineText(error), { cause: error });
}

/** Makes a removal or a stop idempotent: the given statuses count as done. */
export async function ignoring(statuses: readonly number[], call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isStatus(error, ...statuses)) throw translated(error, 'invalid');
  }
}
