import { createServer } from 'node:net';
import { ClusterError } from '../options.js';

export const DEFAULT_PORT = 6443;
const TRIES = 100;

/** Runs `listen` with the next free ports until it is not refused for a port that another program took in the meantime. */
export async function onFreePort<T>(first: number, fixed: boolean, listen: (port: number) => Promise<T>): Promise<T> {
  for (let port = first; ; port = await nextFree(port + 1)) {
    try {
      return await listen(port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (fixed) throw taken(port);
    }
  }
}

/**
 * The port of the API on 127.0.0.1: exactly `wanted` if the user named one, else the remembered one, else 6443, else the next
 * that is free.
 */
export async function choosePort(wanted: number | undefined, remembered: number | undefined): Promise<number> {
  if (wanted !== undefined) {
    if (await isFree(wanted)) return wanted;
    throw taken(wanted);
  }
  if (remembered !== undefined && (await isFree(remembered))) return remembered;
  return nextFree(DEFAULT_PORT);
}

async function nextFree(first: number): Promise<number> {
  for (let port = first; port < DEFAULT_PORT + TRIES; port++) if (await isFree(port)) return port;
  throw new ClusterError(`no port from ${first} to ${DEFAULT_PORT + TRIES - 1} is free on 127.0.0.1`, 'choose one with --port');
}

function taken(port: number): ClusterError {
  return new ClusterError(`port ${port} on 127.0.0.1 is taken by another program`, 'choose another one with --port, or leave --port out to take the next free one');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
