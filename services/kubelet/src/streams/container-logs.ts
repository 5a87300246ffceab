import type { ContainerRuntime, ContainerStatus } from '@gantry/container-runtime';
import type { Pod } from '../pods/pod.js';
import { containerSpec, identityOf, statusesOf } from '../pods/pod.js';
import { readWorld, startsOf } from '../pods/world.js';
import type { LogRequest } from './log-request.js';
import { logText } from './log-text.js';
import { StreamError } from './stream-error.js';

export interface LogSources {
  readonly runtime: ContainerRuntime;
  findPod(namespace: string, name: string): Pod | undefined;
}

/** The bytes that a log request gets; throws `StreamError` where there are none to have. */
export async function openLog(sources: LogSources, request: LogRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const pod = sources.findPod(request.namespace, request.pod);
  if (pod === undefined) throw new StreamError(404, `pod "${request.pod}" does not exist\n`);
  if (containerSpec(pod, request.container) === undefined) {
    throw new StreamError(404, `container "${request.container}" not found in pod "${request.pod}"\n`);
  }
  const start = await chosenStart(sources.runtime, pod, request);
  if (request.tail === 0 && !request.follow) return nothing();
  const options = { follow: request.follow, ...(request.tail === undefined ? {} : { tail: request.tail }), ...(request.since === undefined ? {} : { since: request.since }) };
  return logText(sources.runtime.logs(start.id, options, signal), request);
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** The present start, or the one before where that was asked for; a container that waits shows its last one. */
async function chosenStart(runtime: ContainerRuntime, pod: Pod, request: LogRequest): Promise<ContainerStatus> {
  const [latest, before] = startsOf(await readWorld(runtime, identityOf(pod).uid), request.container);
  if (request.previous) {
    const previous = before ?? (isWaiting(pod, request.container) && latest?.state === 'exited' ? latest : undefined);
    if (previous === undefined) throw new StreamError(400, `previous terminated container "${request.container}" in pod "${request.pod}" not found`);
    return previous;
  }
  if (latest === undefined || latest.state === 'created') throw new StreamError(400, waitingMessage(pod, request));
  return latest;
}

function waitingReason(pod: Pod, container: string): string | undefined {
  return statusesOf(pod).find(({ name }) => name === container)?.state?.waiting?.reason;
}

function isWaiting(pod: Pod, container: string): boolean {
  return waitingReason(pod, container) !== undefined;
}

const WAITING_TEXTS: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

function waitingMessage(pod: Pod, request: LogRequest): string {
  const reason = waitingReason(pod, request.container) ?? 'ContainerCreating';
  return `container "${request.container}" in pod "${request.pod}" is waiting to start: ${WAITING_TEXTS[reason] ?? reason}`;
}
