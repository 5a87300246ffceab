import type { ProcessIdentity } from '@gantry/machine';
import type { MergedKubeconfig } from '../kubeconfig/merge.js';
import type { RuntimeName } from '../options.js';
import type { Places } from './places.js';
import { readJsonIfAny, writeJsonAtomic } from './files.js';

/** What a cluster remembers from one start to the next. */
export interface Settings {
  readonly name: string;
  readonly createdAt: string;
  readonly port: number;
  /** How many run containers, where there is an engine. */
  readonly nodes: number;
  /** How many hollow ones there are beside them. */
  readonly hollow: number;
  /** The runtime of its last start. */
  readonly runtime: RuntimeName;
  /** The socket of the engine on which it has, or has had, containers: also when it was started with hollow pods since. */
  readonly engineSocket?: string;
  readonly kubeconfig?: MergedKubeconfig;
}

/** What is known of the present, or the last, run. */
export interface RunState {
  readonly process: ProcessIdentity;
  readonly phase: 'starting' | 'running' | 'stopping';
  readonly startedAt: string;
  readonly server: string;
  readonly runtime: RuntimeName;
  /** Versions of the system's programs that run its containers, by name, where there is no engine. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Ids of the processes that belong to it, by component. */
  readonly processes: Readonly<Record<string, number>>;
}

export function readSettings(places: Places): Promise<Settings | undefined> {
  return readJsonIfAny<Settings>(places.settings);
}

export function writeSettings(places: Places, settings: Settings): Promise<void> {
  return writeJsonAtomic(places.settings, settings);
}

export function readRunState(places: Places): Promise<RunState | undefined> {
  return readJsonIfAny<RunState>(places.run);
}

export function writeRunState(places: Places, state: RunState): Promise<void> {
  return writeJsonAtomic(places.run, state);
}
