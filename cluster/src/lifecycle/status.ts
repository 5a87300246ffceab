import { readdir } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { nodeNames } from '../node/node-names.js';
import type { RuntimeName } from '../options.js';
import { readFileIfAny } from '../state/files.js';
import { lockHolder } from '../state/lock.js';
import { placesOf, type Places } from '../state/places.js';
import { readRunState, readSettings, type RunState, type Settings } from '../state/settings.js';

export interface ClusterStatus {
  readonly name: string;
  /** `crashed`: its process is gone without a stop; the next start takes up what it left. */
  readonly state: 'running' | 'starting' | 'stopping' | 'stopped' | 'crashed';
  readonly server: string;
  readonly runtime: RuntimeName;
  /** Versions of the programs that run its containers, by name, where there is no engine. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly createdAt: string;
  /** Nodes that run containers, or the one that stands in for them; and how many hollow ones there are beside them. */
  readonly nodes: readonly NodeStatus[];
  readonly hollow: number;
  /** Process id of the control plane, while it runs. */
  readonly pid?: number;
  readonly startedAt?: string;
  /** `/readyz` of the API: true when it answered ok. */
  readonly ready: boolean;
}

export interface NodeStatus {
  readonly name: string;
  /** Of its own process, while it runs. */
  readonly pid?: number;
}

/** undefined when no cluster of this name was ever started under this home. */
export async function clusterStatus(home: string, name: string): Promise<ClusterStatus | undefined> {
  const places = placesOf(home, name);
  const [settings, run] = await Promise.all([readSettings(places), readRunState(places)]);
  if (settings === undefined) return undefined;
  const holder = lockHolder(places.lock);
  const server = `https://127.0.0.1:${settings.port}`;
  const common = { name, server, runtime: settings.runtime, ...(run?.programs === undefined ? {} : { programs: run.programs }), createdAt: settings.createdAt, nodes: nodesOf(settings, holder === undefined ? undefined : run), hollow: settings.hollow ?? 0 };
  if (holder === undefined) return { ...common, state: run === undefined || run.phase === 'stopping' ? 'stopped' : 'crashed', ready: false };
  const ready = await isReady(places, server);
  return { ...common, state: run?.phase ?? 'starting', pid: holder.pid, ...(run === undefined ? {} : { startedAt: run.startedAt }), ready };
}

/** Every cluster under this home, by name. */
export async function listClusters(home: string): Promise<ClusterStatus[]> {
  const entries = await readdir(home, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const found = await Promise.all(names.sort().map((name) => clusterStatus(home, name)));
  return found.filter((status) => status !== undefined);
}

function nodesOf({ runtime, nodes = 1 }: Settings, run: RunState | undefined): NodeStatus[] {
  return nodeNames(runtime === 'hollow' ? 1 : nodes).map((name) => {
    const pid = run?.processes[name];
    return { name, ...(pid === undefined ? {} : { pid }) };
  });
}

async function isReady(places: Places, server: string): Promise<boolean> {
  const ca = await readFileIfAny(join(places.certificates, 'ca.crt'));
  if (ca === undefined) return false;
  return new Promise((resolve) => {
    const agent = new Agent({ ca });
    const probe = request(`${server}/readyz`, { agent, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    probe.once('timeout', () => probe.destroy());
    probe.once('error', () => resolve(false));
    probe.end();
  });
}
