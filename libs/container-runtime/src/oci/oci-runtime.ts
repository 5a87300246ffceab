import { silentLogger } from '@gantry/async';
import type { ContainerRuntime } from '../runtime.js';
import { runCommand } from './command.js';
import { createContainer } from './container-creation.js';
import { stopContainer } from './container-end.js';
import { removeContainer } from './container-removal.js';
import { startContainer } from './container-start.js';
import { containersOf, containerStats, listContainers, statusOf } from './container-verbs.js';
import { Events } from './events.js';
import { watchExits } from './exit-watch.js';
import { imageVerbs } from './images.js';
import { openNode } from './node.js';
import type { OciNode } from './node.js';
import type { OciOptions } from './options.js';
import { ociPlaces } from './places.js';
import { recover } from './recovery.js';
import { listSandboxes, removeSandbox, runSandbox, stopSandbox } from './sandboxes.js';
import { sandboxHolds } from './sandbox-state.js';
import type { MakeOciStreams } from './seam.js';
import { sandboxStatus } from './status.js';
import { updateContainer } from './updates.js';

/**
 * Pods without an engine: sandboxes are namespaces held by a small process, containers are made by an OCI runtime and watched over by a
 * reaper each, so that they run on whatever happens to this process. One process at a time works on a root directory; whoever
 * comes next finds all of it there.
 */
export function assembleOciRuntime(options: OciOptions, makeStreams: MakeOciStreams): ContainerRuntime {
  const events = new Events();
  const closed = new AbortController();
  let opening: Promise<OciNode> | undefined;
  const opened = (): Promise<OciNode> => (opening ??= open(options, events, closed.signal).catch((error: unknown) => {
    opening = undefined;
    throw error;
  }));
  const streams = makeStreams({
    places: ociPlaces(options.root), containers: containersOf(opened), binary: options.binary, runtimeCommand: [options.binary.path, '--root', ociPlaces(options.root).state],
    logger: options.logger ?? silentLogger, closed: closed.signal,
  });
  return {
    version: async () => ({ runtimeName: options.binary.kind, runtimeVersion: await runtimeVersion(options) }),
    runSandbox: async (config) => runSandbox(await opened(), config),
    stopSandbox: async (id) => stopSandbox(await opened(), id),
    removeSandbox: async (id) => removeSandbox(await opened(), id),
    sandboxStatus: async (id) => {
      const record = (await opened()).ledger.sandbox(id);
      return sandboxStatus(record, sandboxHolds(record));
    },
    listSandboxes: async (filter) => listSandboxes(await opened(), filter?.podUid),
    createContainer: async (sandboxId, config) => createContainer(await opened(), sandboxId, config),
    startContainer: async (id) => startContainer(await opened(), id),
    stopContainer: async (id, graceSeconds) => stopContainer(await opened(), id, graceSeconds),
    removeContainer: async (id) => removeContainer(await opened(), id),
    containerStatus: async (id) => statusOf(await opened(), id),
    listContainers: async (filter) => listContainers(await opened(), filter),
    updateContainer: async (id, resources) => updateContainer(await opened(), id, resources),
    stats: async (filter) => containerStats(await opened(), filter),
    ...streams,
    ...imageVerbs(options.images),
    events: (listener, signal) => {
      events.listen(listener, signal);
      // Ends are seen from the moment on from which the node is open.
      void opened().catch(() => undefined);
    },
    close: () => {
      closed.abort();
      return Promise.resolve();
    },
  };
}

/** Ends that are written from the beginning of the recovery on are heard of, so that none falls between it and the watch. */
async function open(options: OciOptions, events: Events, closed: AbortSignal): Promise<OciNode> {
  const failed = new AbortController();
  const over = AbortSignal.any([closed, failed.signal]);
  const { node, nameless } = await openNode(options, events, over);
  watchExits(node, over);
  try {
    await recover(node, nameless);
  } catch (error) {
    // Whoever asks next opens it anew: what this one knows is soon not so any more.
    failed.abort();
    throw error;
  }
  return node;
}

/** `runc version 1.1.5` or `crun version 1.8.1`, with more lines below. */
async function runtimeVersion({ binary }: OciOptions): Promise<string> {
  const text = await runCommand(binary.path, ['--version']);
  return /version (\S+)/.exec(text)?.[1] ?? text.split('\n')[0] ?? '';
}
