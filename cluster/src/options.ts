import type { Logger } from '@gantry/async';
import { silentLogger } from '@gantry/async';
import { DEFAULT_NETWORK, type NetworkSettings } from './network/settings.js';

/** What runs containers: a Docker engine, programs of the system without an engine, or nothing. */
export type RuntimeName = 'docker' | 'oci' | 'hollow';

/** `auto`: Docker where it can run real pods here, else without an engine, else hollow with a warning. */
export type RuntimeChoice = 'auto' | RuntimeName;

/** All of the last `keepMs` milliseconds, and the last `keepRevisions` whatever their age. */
export interface HistorySettings {
  readonly keepMs: number;
  readonly keepRevisions: number;
}

export interface ClusterOptions {
  /** A DNS label; names everything that the cluster makes on this machine. */
  readonly name?: string;
  /** Folder of all clusters' state: `~/.gantry` unless given. */
  readonly home?: string;
  readonly runtime?: RuntimeChoice;
  /** How many nodes run containers; unset: as many as at the last start, else one. Those beyond it are removed. */
  readonly nodes?: number;
  /** How many nodes there are beside them whose pods exist in their status alone; unset: as many as at the last start, else none. */
  readonly hollow?: number;
  /** Addresses of the cluster; those that are not given have defaults. */
  readonly network?: Partial<NetworkSettings>;
  /** How much history is kept at least, as milliseconds and as revisions; unset: 5 minutes and 10,000. */
  readonly history?: Partial<HistorySettings>;
  /** Port of the API on 127.0.0.1; unset: the remembered one, else 6443, else the next free one. */
  readonly port?: number;
  /** Where kubectl's configuration is merged; `false`: nowhere. Unset: `$KUBECONFIG`'s first file or `~/.kube/config`. */
  readonly kubeconfig?: string | false;
  readonly logger?: Logger;
  /** Called at the start and the end of every step. */
  readonly onProgress?: (step: ProgressStep) => void;
  /** Called for what a user should know though the cluster runs. */
  readonly onWarning?: (text: string) => void;
}

export interface ProgressStep {
  readonly name: string;
  readonly state: 'started' | 'done';
  /** What came of it: `Postgres 18.4, adopted`. When it started: what is done, where that may take long. */
  readonly detail?: string;
  /** Milliseconds, only when done. */
  readonly took?: number;
}

type Optional = 'port' | 'kubeconfig' | 'nodes' | 'hollow' | 'history';

export type ResolvedOptions = Required<Omit<ClusterOptions, Optional | 'home' | 'network'>> &
  Pick<ClusterOptions, Optional> & { readonly home: string; readonly network: NetworkSettings };

const DEFAULTS = {
  name: 'gantry',
  runtime: 'auto',
  logger: silentLogger,
  onProgress: () => undefined,
  onWarning: () => undefined,
} as const satisfies Partial<ClusterOptions>;

/** A mistake of the caller, with what to do about it: shown as it is, without a stack. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  constructor(
    message: string,
    /** The next thing to try. */
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** More share one machine only by getting in each other's way. */
const MOST_NODES = 50;
const MOST_HOLLOW_NODES = 5000;

const NAME = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;

/** Merges the defaults and checks what can be checked without looking at the machine. */
export function resolveOptions(options: ClusterOptions, defaultHome: string): ResolvedOptions {
  const resolved = { ...DEFAULTS, home: defaultHome, ...withoutUndefined(options), network: { ...DEFAULT_NETWORK, ...options.network } };
  if (!NAME.test(resolved.name)) {
    throw new ClusterError(`"${resolved.name}" cannot be a cluster's name`, 'use at most 40 lower-case letters, digits and dashes, beginning and ending with a letter or digit');
  }
  if (resolved.port !== undefined && !(Number.isInteger(resolved.port) && resolved.port > 0 && resolved.port < 65536)) {
    throw new ClusterError(`${resolved.port} is not a port`, 'use a number from 1 to 65535');
  }
  checkCount(resolved.nodes, 'nodes', 1, MOST_NODES);
  checkCount(resolved.hollow, 'hollow nodes', 0, MOST_HOLLOW_NODES);
  return resolved;
}

function checkCount(count: number | undefined, what: string, least: number, most: number): void {
  if (count === undefined || (Number.isInteger(count) && count >= least && count <= most)) return;
  throw new ClusterError(`${count} is not a number of ${what}`, `use a number from ${least} to ${most}`);
}

function withoutUndefined(options: ClusterOptions): ClusterOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
