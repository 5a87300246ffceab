import { systemClock, type Logger } from '@gantry/async';
import { NODES, SERVICES } from '@gantry/client';
import { runController, WorkQueue } from '@gantry/controller';
import type { Informers } from '@gantry/informer';
import { startForwarder, type Forwarder } from './forwarder.js';
import { nodeTargets, wantedPorts } from './wanted-ports.js';

export interface HostPortsOptions {
  /** Of services and nodes. */
  readonly informers: Informers;
  readonly logger: Logger;
  /** What a user should know, each text once. */
  readonly onWarning: (text: string) => void;
  readonly forward?: typeof startForwarder;
}

export interface HostPorts {
  stop(): Promise<void>;
}

const ALL = 'ports';

/**
 * Node ports on this machine's own loopback address too, as `curl localhost:30080` expects; nodes have them on their own addresses. A port
 * that another program has is left to it until the Services change again.
 */
export function startHostPorts({ informers, logger, onWarning, forward = startForwarder }: HostPortsOptions): HostPorts {
  const services = informers.informer(SERVICES);
  const nodes = informers.informer(NODES);
  const open = new Map<number, Forwarder>();
  const warned = new Set<number>();
  const queue = new WorkQueue({ clock: systemClock });

  const openPort = async (port: number): Promise<void> => {
    try {
      open.set(port, await forward({ port, targets: () => nodeTargets(nodes.lister.list()) }));
      warned.delete(port);
    } catch (error) {
      if (warned.has(port)) return;
      warned.add(port);
      onWarning(`the node port ${port} is not on 127.0.0.1: ${reasonOf(error)}. It is reachable at the nodes' addresses.`);
    }
  };
  const reconcile = async (_key: string, signal: AbortSignal): Promise<void> => {
    await services.waitForSync(signal);
    const wanted = wantedPorts(services.lister.list());
    const gone = [...open.keys()].filter((port) => !wanted.includes(port));
    await Promise.all(gone.map(closePort));
    for (const port of wanted.filter((candidate) => !open.has(candidate))) await openPort(port);
  };
  const closePort = async (port: number): Promise<void> => {
    const forwarder = open.get(port);
    open.delete(port);
    await forwarder?.close();
  };

  const controller = runController({ name: 'host-ports', queue, clock: systemClock, logger, reconcile });
  const enqueue = (): void => queue.add(ALL);
  const detach = services.addHandler({ add: enqueue, update: enqueue, delete: enqueue });
  return {
    async stop() {
      detach();
      await controller.stop();
      await queue.shutDown();
      await Promise.all([...open.keys()].map(closePort));
    },
  };
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' ? 'another program listens there' : message;
}
