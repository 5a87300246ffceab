import { spawn } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { onAbort } from '@gantry/async';
import { feed } from '../../feed-input.js';
import type { ContainerRuntime, ProcessStreams } from '../../runtime.js';
import { RuntimeError } from '../../runtime.js';
import { followSizes } from '../exec/stream-pumps.js';
import { readLog } from '../logs/read-log.js';
import { whenEnded } from '../logs/logs.js';
import { terminalResizer } from '../reaper-control.js';
import type { StreamDependencies } from '../seam.js';

/**
 * Joins the main process of a container. Its output is read where the reaper writes it, which is exact, keeps nobody waiting who reads
 * faster, and lets the process run on when a reader is stuck. Its input goes through the reaper's socket.
 */
export function createAttach({ containers, places }: StreamDependencies): ContainerRuntime['attach'] {
  return async (id, streams, signal) => {
    const { record: { config }, state } = await containers.get(id);
    if (state !== 'running') throw new RuntimeError('invalid', `container "${id}" is not running`);
    const left = new AbortController();
    const over = AbortSignal.any([signal, left.signal]);
    const { attach, control } = places.container(id);
    try {
      const { promise: begun, resolve } = Promise.withResolvers<void>();
      const output = readLog(config.logPath, { tail: 0 }, { ended: whenEnded(containers, id, over), signal, begun: resolve });
      const passing = passOutput(output, streams);
      // What the process answers must not come before it is listened to.
      await Promise.race([begun, passing]);
      if (config.stdin && streams.stdin !== undefined) connectInput(attach, streams.stdin, over);
      if (config.tty) void followSizes(streams.resize, terminalResizer(control));
      await passing;
      signal.throwIfAborted();
    } finally {
      left.abort();
    }
  };
}

async function passOutput(output: AsyncIterable<{ readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array }>, streams: ProcessStreams): Promise<void> {
  for await (const { stream, data } of output) await streams[stream]?.(data);
}

/**
 * The reaper's socket is one of packets, which Node does not speak and socat does. The reaper closes the process's input when whoever was
 * connected leaves, if that is what the container wants (`stdinOnce`). It sends output there too, which goes nowhere.
 */
function connectInput(socket: string, stdin: AsyncIterable<Uint8Array>, over: AbortSignal): void {
  // By its last name, since the names of sockets are short.
  const socat = spawn('socat', ['STDIO', `UNIX-CONNECT:${basename(socket)},type=5`], { cwd: dirname(socket), stdio: ['pipe', 'ignore', 'ignore'] });
  socat.once('error', () => socat.stdin.destroy());
  void feed(socat.stdin, stdin).then(() => socat.stdin.end());
  onAbort(over, () => socat.kill('SIGKILL'));
}
