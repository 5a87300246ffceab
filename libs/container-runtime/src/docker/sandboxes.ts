import { readlinkSync } from 'node:fs';
import type { ContainerInspectInfo } from 'dockerode';
import type { SandboxConfig, SandboxStatus } from '../runtime.js';
import { sandboxOptions } from './create-options.js';
import type { CreateContext } from './create-options.js';
import { ignoring, translated } from './engine.js';
import type { Engine } from './engine.js';
import type { Inspection } from './inspection.js';
import { sandboxStatus } from './status.js';

/** Statuses of a kill or removal that mean "already": gone, not running, removal under way. */
const DONE = [304, 404, 409];

export interface Sandboxes {
  run(config: SandboxConfig): Promise<string>;
  stop(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  status(id: string): Promise<SandboxStatus>;
  list(filter?: { podUid?: string }): Promise<SandboxStatus[]>;
}

export function createSandboxes(engine: Engine, context: CreateContext, inspection: Inspection, nodeNamespace?: string): Sandboxes {
  const containersOf = async (sandboxId: string): Promise<string[]> => (await inspection.list('container', { sandboxId })).map((info) => info.Id);
  const statusOf = (info: ContainerInspectInfo): SandboxStatus => (isStranded(info, nodeNamespace) ? { ...sandboxStatus(info), state: 'notready' } : sandboxStatus(info));
  const kill = (id: string): Promise<void> => ignoring(DONE, engine.docker.getContainer(id).kill());
  const drop = (id: string): Promise<void> => ignoring(DONE, engine.docker.getContainer(id).remove({ force: true, v: true }));

  return {
    async run(config) {
      try {
        return await engine.heavyFirst(() => createAndStart(engine, context, config));
      } catch (error) {
        throw translated(error, 'start-failed');
      }
    },
    async stop(id) {
      await Promise.all((await containersOf(id)).map(kill));
      await kill(id);
    },
    async remove(id) {
      await Promise.all((await containersOf(id)).map(drop));
      await drop(id);
    },
    status: async (id) => statusOf(await inspection.inspect(id)),
    list: async (filter) => (await inspection.list('sandbox', filter)).map(statusOf),
  };
}

/** It joined a namespace that is the node's no longer: the node's container was started or made anew since. */
function isStranded(info: ContainerInspectInfo, nodeNamespace: string | undefined): boolean {
  if (nodeNamespace === undefined || !info.State.Running || info.HostConfig.NetworkMode?.startsWith('container:') !== true) return false;
  try {
    return readlinkSync(`/proc/${info.State.Pid}/ns/net`) !== nodeNamespace;
  } catch {
    // It has just ended: the engine will say so.
    return false;
  }
}

/** A sandbox that cannot start is of no use to anyone: it is taken away, so that the next attempt finds its name free. */
async function createAndStart(engine: Engine, context: CreateContext, config: SandboxConfig): Promise<string> {
  const container = await engine.docker.createContainer(sandboxOptions(context, config));
  try {
    await container.start();
  } catch (error) {
    await ignoring(DONE, container.remove({ force: true, v: true }));
    throw error;
  }
  return container.id;
}
