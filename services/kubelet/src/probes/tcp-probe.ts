import { connect } from 'node:net';
import { systemClock, withTimeout } from '@gantry/async';
import { hostPort } from './container-port.js';
import { dialErrorText } from './dial-error.js';
import type { ProbeAnswer } from './probe-request.js';

/** Whether a connection is taken; nothing is sent. */
export async function tcpProbe(host: string, port: number, timeoutMs: number): Promise<ProbeAnswer> {
  const address = hostPort(host, port);
  try {
    await withTimeout(systemClock, timeoutMs, undefined, (signal) => opened(host, port, signal));
    return { result: 'success', output: '' };
  } catch (error) {
    const output = (error as Error).name === 'TimeoutError' ? `dial tcp ${address}: i/o timeout` : dialErrorText(error, address);
    return { result: 'failure', output };
  }
}

function opened(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
