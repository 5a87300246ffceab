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

export function createSandboxes(engine: Engine, context: CreateContext, inspection: Inspection): Sandboxes {
  const containersOf = async (sandboxId: string): Promise<string[]> => (await inspection.list('container', { sandboxId })).map((info) => info.Id);
  const kill = (id: string): Promise<void> => ignoring(DONE, engine.docker.getContainer(id).kill());
  const drop = (id: string): Promise<void> => ignoring(DONE, engine.docker.getContainer(id).remove({ force: true, v: true }));

  return {
    async run(config) {
      try {
        return await engine.heavy(() => createAndStart(engine, context, config));
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
    status: async (id) => sandboxStatus(await inspection.inspect(id)),
    list: async (filter) => (await inspection.list('sandbox', filter)).map(sandboxStatus),
  };
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
