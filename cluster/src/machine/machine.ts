import { cpus, totalmem } from 'node:os';
import { describeEngine, type EngineDescription } from '@gantry/container-runtime';
import { ClusterError, type ProgressStep, type RuntimeChoice, type RuntimeName } from '../options.js';
import { realPrograms } from '../programs/find-programs.js';
import { ensurePrograms, type OciPrograms } from '../programs/programs.js';

/** What this machine can do for a cluster, found by looking. */
export type Machine =
  | { readonly runtime: 'docker'; readonly socketPath: string; readonly engine: EngineDescription }
  /** Containers without an engine, by programs of the system; `reason` says why without, in a sentence without a full stop. */
  | { readonly runtime: 'oci'; readonly programs: OciPrograms; readonly reason: string }
  /** Pods exist in status only; `reason` likewise. */
  | { readonly runtime: 'hollow'; readonly reason: string };

export type DockerMachine = Machine & { readonly runtime: 'docker' };
export type OciMachine = Machine & { readonly runtime: 'oci' };

/** What `examine` looks at: the real machine, or a test's. */
export interface Facts {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  readonly dockerHost: string | undefined;
  readonly hasProgram: (name: string) => boolean;
  readonly describeEngine: (socketPath: string) => Promise<EngineDescription | undefined>;
  /** Installs those that are missing. */
  readonly ensurePrograms: (report: (step: ProgressStep) => void) => Promise<OciPrograms>;
}

const PROGRAMS = ['nsenter', 'ip'] as const;
const DEFAULT_SOCKET = '/var/run/docker.sock';
const TAKE_ANOTHER = 'mend that, or start without --runtime to take what is there';

export interface ExamineOptions {
  /** What ran the cluster's containers before: those without an engine stay so, unless it is told otherwise. */
  readonly former?: RuntimeName | undefined;
  readonly report?: (step: ProgressStep) => void;
  readonly facts?: Facts;
}

/** The table of `docs/architecture.md`: which kind of node this machine can have. A runtime that was asked for and cannot be had is an error. */
export async function examineMachine(choice: RuntimeChoice, { former, report = () => undefined, facts = realFacts() }: ExamineOptions = {}): Promise<Machine> {
  if (choice === 'hollow') return { runtime: 'hollow', reason: 'asked for with --runtime hollow' };
  if (choice === 'oci') return withoutEngine(facts, report, 'asked for with --runtime oci');
  const found = choice === 'auto' && former === 'oci' ? 'the cluster had its containers without one' : await findDocker(facts);
  if (typeof found !== 'string') return found;
  if (choice === 'docker') throw new ClusterError(`pods cannot run on Docker here: ${found}`, TAKE_ANOTHER);
  try {
    return await withoutEngine(facts, report, found);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const more = error.hint === undefined || error.hint === TAKE_ANOTHER ? '' : ` (${error.hint})`;
    return { runtime: 'hollow', reason: `${found}; ${error.message}${more}` };
  }
}

/** Rejects with a `ClusterError` where containers cannot run without an engine either. */
async function withoutEngine({ platform, isRoot, ensurePrograms }: Facts, report: (step: ProgressStep) => void, reason: string): Promise<Machine> {
  if (platform !== 'linux') throw new ClusterError('pods without a Docker engine need Linux', TAKE_ANOTHER);
  if (!isRoot) throw new ClusterError('pods without a Docker engine need root', TAKE_ANOTHER);
  return { runtime: 'oci', programs: await ensurePrograms(report), reason };
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
    hasProgram: (name) => realPrograms.pathOf(name) !== undefined,
    describeEngine,
    ensurePrograms: (report) => ensurePrograms({ report }),
  };
}

/** Totals of the machine itself, for a node that has no engine to ask. */
export function machineTotals(): { cpus: number; memoryBytes: number } {
  return { cpus: cpus().length, memoryBytes: totalmem() };
}
