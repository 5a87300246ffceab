import { RuntimeError } from '../runtime.js';
import type { ContainerConfig, ContainerResources, ContainerStats, ContainerStatus } from '../runtime.js';
import { containerOptions, resourceOptions } from './create-options.js';
import type { CreateContext } from './create-options.js';
import { engineText, ignoring, isStatus, translated } from './engine.js';
import type { Engine } from './engine.js';
import type { Inspection } from './inspection.js';
import { metadataOf } from './labels.js';
import { containerStats } from './stats.js';
import type { EngineStats } from './stats.js';
import { containerStatus } from './status.js';

export interface Containers {
  create(sandboxId: string, config: ContainerConfig): Promise<string>;
  start(id: string): Promise<void>;
  stop(id: string, graceSeconds: number): Promise<void>;
  remove(id: string): Promise<void>;
  status(id: string): Promise<ContainerStatus>;
  list(filter?: { podUid?: string; sandboxId?: string }): Promise<ContainerStatus[]>;
  update(id: string, resources: ContainerResources): Promise<void>;
  stats(filter?: { podUid?: string }): Promise<ContainerStats[]>;
}

export function createContainers(engine: Engine, context: CreateContext, inspection: Inspection): Containers {
  const container = (id: string) => engine.docker.getContainer(id);
  return {
    create: (sandboxId, config) => engine.heavy(() => create(engine, context, inspection, sandboxId, config)),
    start: (id) => engine.heavy(() => start(engine, id)),
    stop: (id, graceSeconds) => ignoring([304, 404], container(id).stop({ t: Math.max(0, Math.ceil(graceSeconds)) })),
    remove: (id) => ignoring([404, 409], container(id).remove({ force: true, v: true })),
    async status(id) {
      const info = await inspection.inspect(id);
      return containerStatus(info, await inspection.imageRef(info));
    },
    async list(filter) {
      const infos = await inspection.list('container', filter);
      return Promise.all(infos.map(async (info) => containerStatus(info, await inspection.imageRef(info))));
    },
    async update(id, resources) {
      await container(id).update(resourceOptions(resources)).catch((error: unknown) => Promise.reject(translated(error, 'invalid')));
    },
    stats: (filter) => stats(engine, inspection, filter),
  };
}

async function create(engine: Engine, context: CreateContext, inspection: Inspection, sandboxId: string, config: ContainerConfig): Promise<string> {
  const sandbox = await inspection.inspect(sandboxId);
  const reference = { id: sandbox.Id, metadata: metadataOf(sandbox.Config.Labels), sharesMachineIpc: sandbox.HostConfig.IpcMode === 'host' };
  try {
    return (await engine.docker.createContainer(containerOptions(context, reference, config))).id;
  } catch (error) {
    // The sandbox was just there, so what the engine does not find is the image.
    if (isStatus(error, 404)) throw new RuntimeError('image-not-found', engineText(error), { cause: error });
    throw translated(error, 'invalid');
  }
}

/** 304 is a container that runs already; any other refusal is the program that could not be started. */
async function start(engine: Engine, id: string): Promise<void> {
  try {
    await engine.docker.getContainer(id).start();
  } catch (error) {
    if (isStatus(error, 304)) return;
    const failure = translated(error, 'start-failed');
    const missing = failure.code === 'not-found' && /no such container/i.test(failure.message);
    throw missing || failure.code === 'unavailable' ? failure : new RuntimeError('start-failed', failure.message, { cause: error });
  }
}

async function stats(engine: Engine, inspection: Inspection, filter?: { podUid?: string }): Promise<ContainerStats[]> {
  const running = (await inspection.list('container', filter)).filter((info) => info.State.Running);
  const read = running.map(async (info) => {
    // `one-shot` answers at once; without it the engine waits for two samples.
    const sample: unknown = await engine.docker.getContainer(info.Id).stats({ stream: false, 'one-shot': true });
    return containerStats(info, sample as EngineStats);
  });
  return (await Promise.allSettled(read)).flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
