import type { Clock, Logger } from '@gantry/async';
import { delay } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';

/** Milliseconds between looks at everything that the runtime has: events may be lost. */
const RELIST = 10_000;

export interface RelistOptions {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Something of this pod is not as it was at the last look. */
  readonly changed: (podUid: string) => void;
}

/** Looks at the runtime every now and then until `signal` aborts; at the first look everything is new. */
export async function relistLoop(options: RelistOptions, signal: AbortSignal): Promise<void> {
  let known = new Map<string, string>();
  while (!signal.aborted) {
    try {
      const present = await podStates(options.runtime);
      for (const uid of new Set([...known.keys(), ...present.keys()])) if (known.get(uid) !== present.get(uid)) options.changed(uid);
      known = present;
    } catch (error) {
      options.logger.warn({ error: String(error) }, 'the runtime could not be listed');
    }
    await delay(options.clock, RELIST, signal).catch(() => undefined);
  }
}

/** By pod, a text that changes whenever one of its sandboxes or containers does. */
async function podStates(runtime: ContainerRuntime): Promise<Map<string, string>> {
  const [sandboxes, containers] = await Promise.all([runtime.listSandboxes(), runtime.listContainers()]);
  const owners = new Map(sandboxes.map((sandbox) => [sandbox.id, sandbox.metadata.uid]));
  const states = new Map<string, string[]>();
  const add = (uid: string, text: string): void => void states.set(uid, [...(states.get(uid) ?? []), text]);
  for (const { id, state, metadata } of sandboxes) add(metadata.uid, `${id}=${state}`);
  for (const { id, state, sandboxId } of containers) add(owners.get(sandboxId) ?? '', `${id}=${state}`);
  states.delete('');
  return new Map([...states].map(([uid, texts]) => [uid, texts.sort().join(' ')]));
}
