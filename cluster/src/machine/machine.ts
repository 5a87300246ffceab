import { accessSync, constants } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { describeEngine, type EngineDescription } from '@gantry/container-runtime';
import { ClusterError, type RuntimeChoice } from '../options.js';

/** What this machine can do for a cluster, found by looking. */
export type Machine =
  | { readonly runtime: 'docker'; readonly socketPath: string; readonly engine: EngineDescription }
  /** Pods exist in status only; `reason` says why, in a sentence without a full stop. */
  | { readonly runtime: 'hollow'; readonly reason: string };

/** What `examine` looks at: the real machine, or a test's. */
export interface Facts {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  readonly dockerHost: string | undefined;
  readonly hasProgram: (name: string) => boolean;
  readonly describeEngine: (socketPath: string) => Promise<EngineDescription | undefined>;
}

const PROGRAMS = ['nsenter', 'ip'] as const;
const DEFAULT_SOCKET = '/var/run/docker.sock';

/** The table of `docs/architecture.md`: which kind of node this machine can have. A runtime that was asked for and cannot be had is an error. */
export async function examineMachine(choice: RuntimeChoice, facts: Facts = realFacts()): Promise<Machine> {
  if (choice === 'hollow') return { runtime: 'hollow', reason: 'asked for with --runtime hollow' };
  const found = await findDocker(facts);
  if (typeof found !== 'string') return found;
  if (choice === 'docker') throw new ClusterError(`pods cannot run on Docker here: ${found}`, 'mend that, or start without --runtime to take what is there');
  return { runtime: 'hollow', reason: found };
}

/** The machine with its engine, or the reason why pods cannot run on it. */
async function findDocker(facts: Facts): Promise<Machine | string> {
  const socketPath = socketOf(facts.dockerHost);
  if (socketPath === undefined) return `DOCKER_HOST names an engine on another machine (${facts.dockerHost})`;
  const engine = await facts.describeEngine(socketPath);
  if (engine === undefined) return `no Docker engine answers at ${socketPath}`;
  if (facts.platform !== 'linux') return 'the Docker engine runs in a virtual machine, which this version cannot enter';
  if (!facts.isRoot) return "Gantry does not run as root, so it cannot enter the nodes' network namespaces";
  const missing = PROGRAMS.filter((name) => !facts.hasProgram(name));
  if (missing.length > 0) return `${missing.join(' and ')} (packages util-linux and iproute2) cannot be found`;
  return { runtime: 'docker', socketPath, engine };
}

function socketOf(dockerHost: string | undefined): string | undefined {
  if (dockerHost === undefined || dockerHost === '') return DEFAULT_SOCKET;
  return dockerHost.startsWith('unix://') ? dockerHost.slice('unix://'.length) : undefined;
}

function realFacts(): Facts {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    dockerHost: process.env['DOCKER_HOST'],
    hasProgram: isOnPath,
    describeEngine,
  };
}

function isOnPath(name: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Totals of the machine itself, for a node that has no engine to ask. */
export function machineTotals(): { cpus: number; memoryBytes: number } {
  return { cpus: cpus().length, memoryBytes: totalmem() };
}
