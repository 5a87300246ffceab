import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { inNamespaceOf } from '../network/commands.js';

/** A running process of a pod's sandbox. */
export interface DialTarget {
  readonly sandboxId: string;
  readonly pid: number;
}

interface Answer {
  readonly id: number;
  readonly code?: string;
  readonly message?: string;
}

interface Helper {
  readonly child: ChildProcess;
  readonly waiting: Map<number, { resolve: (socket: Socket) => void; reject: (error: Error) => void }>;
  idle?: NodeJS.Timeout;
}

/** Milliseconds after its last connection that the helper of a pod is kept. */
const IDLE_MS = 10_000;
/** Milliseconds that a connection may take to be made, the start of the helper included. */
const DIAL_MS = 15_000;

/** Connects to pods' own 127.0.0.1: by a helper in a pod's network namespace that lives as long as there is something to connect. */
export class PodDialer {
  readonly #helpers = new Map<string, Helper>();
  #lastId = 0;

  /** The connection allows half-open ones. Rejects with the error of the system. */
  async dial(target: DialTarget, port: number): Promise<Socket> {
    const helper = this.#helpers.get(target.sandboxId) ?? this.#start(target);
    const id = (this.#lastId += 1);
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    helper.waiting.set(id, { resolve, reject });
    clearTimeout(helper.idle);
    const overdue = setTimeout(() => reject(Object.assign(new Error('i/o timeout'), { code: 'ETIMEDOUT' })), DIAL_MS);
    // A helper that ended at once may be found out by the question to it before its end is told.
    helper.child.send({ id, port }, (error) => error !== null && reject(notEntered(error)));
    try {
      return await promise;
    } finally {
      clearTimeout(overdue);
      helper.waiting.delete(id);
      if (helper.waiting.size === 0) helper.idle = setTimeout(() => this.#end(target.sandboxId), IDLE_MS).unref();
    }
  }

  stop(): void {
    for (const id of [...this.#helpers.keys()]) this.#end(id);
  }

  #start({ sandboxId, pid }: DialTarget): Helper {
    const script = new URL(import.meta.url.endsWith('.ts') ? './dial-inside-pod.ts' : './dial-inside-pod.js', import.meta.url).pathname;
    const [program, args] = inNamespaceOf(pid, process.execPath, [script]);
    const helper: Helper = { child: spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }), waiting: new Map() };
    const gone = (): void => {
      if (this.#helpers.get(sandboxId) === helper) this.#helpers.delete(sandboxId);
      for (const { reject } of helper.waiting.values()) reject(notEntered());
    };
    helper.child.once('error', gone).once('exit', gone);
    helper.child.on('message', (answer: Answer, handle: unknown) => settle(helper, answer, handle));
    this.#helpers.set(sandboxId, helper);
    return helper;
  }

  /** The helper ends when it is left. */
  #end(sandboxId: string): void {
    const helper = this.#helpers.get(sandboxId);
    if (helper === undefined) return;
    this.#helpers.delete(sandboxId);
    clearTimeout(helper.idle);
    if (helper.child.connected) helper.child.disconnect();
  }
}

function notEntered(cause?: Error): Error {
  return new Error('the network of the pod cannot be entered', { cause });
}

function settle(helper: Helper, { id, code, message }: Answer, handle: unknown): void {
  const waiting = helper.waiting.get(id);
  if (handle instanceof Socket) {
    handle.allowHalfOpen = true;
    if (waiting === undefined) handle.destroy();
    else waiting.resolve(handle);
  } else waiting?.reject(Object.assign(new Error(message ?? 'the connection was lost'), { code }));
}
