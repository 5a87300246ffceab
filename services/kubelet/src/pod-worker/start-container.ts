import type { Image, Mount } from '@gantry/container-runtime';
import { RuntimeError } from '@gantry/container-runtime';
import { ConfigError, resolveEnvironment } from '../environment/environment.js';
import type { EnvironmentVariable } from '../environment/environment.js';
import { identityOf, podReference } from '../pods/pod.js';
import type { Container, EphemeralContainer, Pod } from '../pods/pod.js';
import { latestOf } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import { serviceVariables } from '../environment/service-links.js';
import { containerMounts } from '../volumes/container-mounts.js';
import type { MountedVolumes } from '../volumes/volumes.js';
import { containerConfig } from './container-config.js';
import type { WorkerDependencies } from './dependencies.js';
import type { PodRecord } from './record.js';
import { writeEtcFiles } from './sandbox-step.js';
import type { StartContainer } from './start-plan.js';

/** Milliseconds until a container that could not be made is tried again. */
const RETRY = 10_000;
const DEFAULT_TERMINATION_LOG = '/dev/termination-log';

export interface StartInput {
  readonly pod: Pod;
  readonly record: PodRecord;
  readonly world: PodWorld;
  readonly sandboxId: string;
  readonly ip: string | undefined;
  readonly volumes: MountedVolumes;
  readonly start: StartContainer;
}

/** What came of it: `changed`, the runtime has something new; `wakeAt`, when to look again (milliseconds since the epoch). */
export interface StartResult {
  readonly changed: boolean;
  readonly wakeAt?: number;
}

/** One container on its way: image, configuration, creation, start. Failures end as the reason that the container waits for. */
export async function startContainer(deps: WorkerDependencies, input: StartInput): Promise<StartResult> {
  const { pod, record, start } = input;
  const { name } = start.container;
  const failure = record.failures.get(name);
  if (failure !== undefined && failure.retryAt > deps.clock.now()) return { changed: false, wakeAt: failure.retryAt };
  const image = await deps.puller.ensure(pod, start.container, `${input.sandboxId}/${name}/${start.attempt}`);
  if (image.state !== 'present') {
    if (image.state === 'failed') record.imageWaits.set(name, image.waiting);
    return image.state === 'failed' && image.wakeAt !== undefined ? { changed: false, wakeAt: image.wakeAt } : { changed: false };
  }
  record.imageWaits.delete(name);
  return createAndStart(deps, input, image.name, image.image);
}

async function createAndStart(deps: WorkerDependencies, input: StartInput, imageName: string, image: Image): Promise<StartResult> {
  const { pod, record, start } = input;
  const { name } = start.container;
  let stage: keyof typeof STAGES = 'configure';
  try {
    const config = await configure(deps, input, imageName, image);
    stage = 'create';
    if (start.replaces !== undefined) await deps.runtime.removeContainer(start.replaces);
    const id = await deps.runtime.createContainer(input.sandboxId, config);
    deps.event(podReference(pod, name), { type: 'Normal', reason: 'Created', message: 'Container created' });
    stage = 'start';
    await deps.runtime.startContainer(id);
    deps.event(podReference(pod, name), { type: 'Normal', reason: 'Started', message: 'Container started' });
    record.failures.delete(name);
    beginPostStart(deps, input, id);
    return { changed: true };
  } catch (error) {
    return failed(deps, input, stage, error);
  }
}

function beginPostStart(deps: WorkerDependencies, { pod, record, ip, start: { container } }: StartInput, id: string): void {
  if (container.lifecycle?.postStart === undefined) return;
  record.hooked.set(container.name, id);
  deps.postStart.begin(pod, container, id, ip ?? '');
}

const STAGES = { configure: 'CreateContainerConfigError', create: 'CreateContainerError', start: 'RunContainerError' } as const;

/** The reason becomes the container's state. One whose start failed has ended, and its back-off is that of a crash. */
function failed(deps: WorkerDependencies, input: StartInput, stage: keyof typeof STAGES, error: unknown): StartResult {
  if (error instanceof RuntimeError && ['unavailable', 'name-conflict', 'not-found'].includes(error.code)) throw error;
  if (!(error instanceof RuntimeError || error instanceof ConfigError)) throw error;
  const { pod, record, start } = input;
  const { name } = start.container;
  const retryAt = stage === 'start' ? deps.clock.now() : deps.clock.now() + RETRY;
  record.failures.set(name, { waiting: { reason: STAGES[stage], message: error.message }, retryAt });
  deps.event(podReference(pod, name), { type: 'Warning', reason: 'Failed', message: `Error: ${error.message}` });
  return { changed: stage === 'start', wakeAt: retryAt };
}

async function configure(deps: WorkerDependencies, input: StartInput, imageName: string, image: Image): Promise<ReturnType<typeof containerConfig>> {
  const { pod, start, ip } = input;
  const { container } = start;
  const { uid } = identityOf(pod);
  const services = serviceVariables(deps.services(), identityOf(pod).namespace, pod.spec?.enableServiceLinks !== false);
  const context = { nodeName: deps.nodeName, hostIps: deps.hostIps, podIp: ip, allocatable: deps.allocatable, sources: deps.sources, services };
  const environment = await resolveEnvironment(pod, container, context);
  return containerConfig({
    pod,
    start,
    imageName,
    image,
    environment,
    mounts: deps.hasFiles ? await allMounts(deps, input, environment) : [],
    logPath: deps.files.logPath(uid, container.name, start.attempt),
    target: targetOf(container, input.world),
    memoryCapacity: deps.memoryCapacity,
  });
}

function targetOf({ targetContainerName: name }: Container & Pick<EphemeralContainer, 'targetContainerName'>, world: PodWorld): string | undefined {
  if (!name) return undefined;
  const target = latestOf(world, name);
  if (target === undefined) throw new ConfigError(`unable to find target container ${name}`);
  return target.id;
}

/** The pod's own mounts win over the kubelet's. */
async function allMounts(deps: WorkerDependencies, input: StartInput, environment: readonly EnvironmentVariable[]): Promise<Mount[]> {
  const { pod, start, ip, volumes } = input;
  const { container } = start;
  const own = await containerMounts(container, volumes, environment);
  const etc = await writeEtcFiles(deps, pod, ip);
  const lastWords = await deps.files.terminationLog(identityOf(pod).uid, container.name, start.attempt);
  const given: Mount[] = [
    { hostPath: etc.hosts, containerPath: '/etc/hosts', readonly: false },
    { hostPath: etc.resolvConf, containerPath: '/etc/resolv.conf', readonly: false },
    { hostPath: lastWords, containerPath: container.terminationMessagePath ?? DEFAULT_TERMINATION_LOG, readonly: false },
  ];
  return [...own, ...given.filter((mount) => !own.some(({ containerPath }) => containerPath === mount.containerPath))];
}
