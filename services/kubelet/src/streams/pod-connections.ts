import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { onAbort } from '@gantry/async';
import { joinSocket } from '@gantry/bus';
import type { ByteStream } from '@gantry/bus';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { identityOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import { currentSandbox, readWorld } from '../pods/world.js';
import { dialErrorText } from '../probes/dial-error.js';
import type { PodDialer } from './pod-dialer.js';
import { StreamError } from './stream-error.js';
import { portOf } from './stream-request.js';
import type { StreamRequest } from './stream-request.js';

type Accepting = ByteStream & { accept(headers?: Readonly<Record<string, string>>): void };

export interface PodConnectionSources {
  readonly runtime: ContainerRuntime;
  findPod(namespace: string, name: string): Pod | undefined;
  /** Where a pod is reached from this node, as the node itself knows it; undefined where it has no address. */
  addressOf(pod: Pod): string | undefined;
  readonly dialer: PodDialer;
}

/** Connects an api with a port on a pod's own 127.0.0.1, as port-forward does. */
export async function servePortForward(sources: PodConnectionSources, request: StreamRequest, stream: Accepting, signal: AbortSignal): Promise<void> {
  const port = portOf(request);
  const pod = foundPod(sources, request);
  const { uid } = identityOf(pod);
  const sandbox = currentSandbox(await readWorld(sources.runtime, uid));
  if (sandbox === undefined) throw new StreamError(500, `pod not found ("${request.pod}_${request.namespace}")\n`);
  if (sandbox.pid === undefined) throw new StreamError(501, 'the pod has no processes that anything could be forwarded to\n');
  const socket = await sources.dialer.dial({ sandboxId: sandbox.id, pid: sandbox.pid }, port).catch((error: unknown) => {
    throw new StreamError(502, `failed to connect to localhost:${port} inside namespace "${sandbox.id}": ${dialErrorText(error, `127.0.0.1:${port}`).replace(/^dial tcp /, 'dial tcp4 ')}`);
  });
  await carry(stream, socket, signal);
}

/** Connects an api with a port on a pod's address. That it is a pod's, and the pod this node's, is for the node to say. */
export async function serveDial(sources: PodConnectionSources, request: StreamRequest, stream: Accepting, signal: AbortSignal): Promise<void> {
  const port = portOf(request);
  const address = sources.addressOf(foundPod(sources, request));
  if (address === undefined) throw new StreamError(503, `pod "${request.pod}_${request.namespace}" has no address that could be dialled`);
  const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
  const release = onAbort(signal, () => socket.destroy());
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw new StreamError(502, dialErrorText(error, `${address}:${port}`));
  } finally {
    release();
  }
  await carry(stream, socket, signal);
}

function foundPod(sources: PodConnectionSources, { namespace, pod: name }: StreamRequest): Pod {
  const pod = sources.findPod(namespace, name);
  if (pod === undefined) throw new StreamError(404, 'pod does not exist\n');
  return pod;
}

async function carry(stream: Accepting, socket: Socket, signal: AbortSignal): Promise<void> {
  stream.accept({ status: '200' });
  const release = onAbort(signal, () => stream.cancel('the kubelet stops'));
  await joinSocket(stream, socket);
  release();
}
