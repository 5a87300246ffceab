import { createServer } from 'node:net';
import { ClusterError } from '../options.js';

export const DEFAULT_PORT = 6443;
const TRIES = 100;

/**
 * The port of the API on 127.0.0.1: exactly `wanted` if the user named one, else the remembered one, else 6443, else the next
 * that is free.
 */
export async function choosePort(wanted: number | undefined, remembered: number | undefined): Promise<number> {
  if (wanted !== undefined) {
    if (await isFree(wanted)) return wanted;
    throw new ClusterError(`port ${wanted} on 127.0.0.1 is taken by another program`, 'choose another one with --port, or leave --port out to take the next free one');
  }
  if (remembered !== undefined && (await isFree(remembered))) return remembered;
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + TRIES; port++) if (await isFree(port)) return port;
  throw new ClusterError(`no port from ${DEFAULT_PORT} to ${DEFAULT_PORT + TRIES - 1} is free on 127.0.0.1`, 'choose one with --port');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
