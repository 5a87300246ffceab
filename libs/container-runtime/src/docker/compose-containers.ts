import { createEngine, translated } from './engine.js';
import { followEngine } from './events.js';
import type { Labels } from './labels.js';

/** A service of a Compose project. */
export interface ComposeService {
  readonly project: string;
  readonly service: string;
}

/** One container of a service. */
export interface ComposeContainer {
  readonly id: string;
  /** Which of the service's containers it is, from 1. A container that is made anew keeps it. */
  readonly number: number;
  readonly running: boolean;
  /** Seconds since the epoch. */
  readonly created: number;
}

/** What a container can find out about itself. */
export interface OwnContainer extends ComposeService {
  readonly id: string;
  readonly number: number;
  readonly labels: Labels;
  /** By network. */
  readonly addresses: Readonly<Record<string, string>>;
  /** What the engine's machine has at `source` the container sees at `destination`. */
  readonly mounts: readonly { readonly source: string; readonly destination: string }[];
}

export interface ComposeContainers {
  /** Rejects where Compose did not make the container. */
  own(id: string): Promise<OwnContainer>;
  /** All containers of a service, also those that do not run. */
  list(service: ComposeService): Promise<ComposeContainer[]>;
  /** Calls `changed` when one of them was made, started, has ended or was removed, until `signal` aborts. */
  follow(service: ComposeService, changed: () => void, signal: AbortSignal): Promise<void>;
  close(): void;
}

const PROJECT = 'com.docker.compose.project';
const SERVICE = 'com.docker.compose.service';
const NUMBER = 'com.docker.compose.container-number';
const WATCHED = ['create', 'start', 'die', 'destroy'];

/** Containers as Compose labels them. */
export function createComposeContainers(socketPath: string): ComposeContainers {
  const engine = createEngine(socketPath);
  return {
    async own(id) {
      const info = await engine.docker.getContainer(id).inspect().catch((error: unknown) => Promise.reject(translated(error, 'invalid')));
      const labels = info.Config.Labels;
      const networks = Object.entries(info.NetworkSettings.Networks).map(([name, { IPAddress }]): [string, string] => [name, IPAddress]);
      return {
        id: info.Id,
        ...identityOf(labels),
        labels,
        addresses: Object.fromEntries(networks),
        mounts: info.Mounts.map(({ Source, Destination }) => ({ source: Source, destination: Destination })),
      };
    },
    async list(service) {
      const listed = await engine.docker.listContainers({ all: true, filters: JSON.stringify({ label: labelsOf(service) }) }).catch((error: unknown) => Promise.reject(translated(error, 'invalid')));
      return listed.map((info) => ({ id: info.Id, number: Number(info.Labels[NUMBER]), running: info.State === 'running', created: info.Created }));
    },
    follow: (service, changed, signal) => followEngine(engine, { event: WATCHED, label: labelsOf(service) }, changed, signal),
    close: () => engine.close(),
  };
}

function labelsOf({ project, service }: ComposeService): string[] {
  return [`${PROJECT}=${project}`, `${SERVICE}=${service}`];
}

function identityOf(labels: Labels): ComposeService & { readonly number: number } {
  const [project, service, number] = [labels[PROJECT], labels[SERVICE], Number(labels[NUMBER])];
  if (project === undefined || service === undefined || !Number.isInteger(number)) throw new Error('the container was not made by Compose: its labels name no project, service and number');
  return { project, service, number };
}
