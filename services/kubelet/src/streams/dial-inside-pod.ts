import { connect } from 'node:net';
import type { Socket } from 'node:net';

/**
 * A program that runs in the network namespace of a pod, since a process has one and the kubelet's is the node's: it connects to the pod's own 127.0.0.1 and hands
 * the connection to the kubelet, which carries the bytes. It ends with the kubelet, whichever way that ends.
 */

interface Wish {
  readonly id: number;
  readonly port: number;
}

const HOSTS = ['127.0.0.1', '::1'];

function dial(id: number, port: number, hosts: readonly string[]): void {
  const [host, ...others] = hosts;
  const socket = connect({ host: host!, port, allowHalfOpen: true, noDelay: true });
  // What the server says first is the kubelet's to read.
  socket.pause();
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED' && others.length > 0) dial(id, port, others);
    else tell({ id, code: hosts.length < HOSTS.length ? 'ECONNREFUSED' : (error.code ?? ''), message: error.message });
  });
  socket.once('connect', () => tell({ id }, socket));
}

function tell(message: object, socket?: Socket): void {
  process.send?.(message, socket, {}, () => undefined);
}

process.on('message', ({ id, port }: Wish) => dial(id, port, HOSTS));
process.on('disconnect', () => process.exit());
tell({ id: 0 });
