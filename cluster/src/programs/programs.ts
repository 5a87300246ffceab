import { basename } from 'node:path';
import { ClusterError, type ProgressStep } from '../options.js';
import { step } from '../progress.js';
import { whileLocked } from '../state/lock.js';
import { findPrograms, realPrograms, versionOf, type ProgramFacts } from './find-programs.js';
import { commandFor, installPackages, packageManager, packagesFor, type PackageManager } from './install-programs.js';
import { neededProgram, PROGRAM_ROLES, type NeededProgram, type ProgramRole } from './needed-programs.js';

export interface FoundProgram {
  /** `crun` */
  readonly name: string;
  readonly path: string;
  readonly version: string;
}

/** What runs containers without an engine. */
export interface OciPrograms {
  readonly runtime: FoundProgram;
  readonly conmon: FoundProgram;
}

export interface EnsureOptions {
  readonly report: (step: ProgressStep) => void;
  readonly facts?: ProgramFacts;
  /** Two starts do not install at once. */
  readonly lock?: string;
}

const LOCK = '/run/gantry/install.lock';

/** The programs that nodes without an engine need; those that are missing are installed from the system's packages. Rejects, saying what to type, where that fails. */
export async function ensurePrograms({ report, facts = realPrograms, lock = LOCK }: EnsureOptions): Promise<OciPrograms> {
  const found = await findPrograms(facts);
  if (missingOf(facts, found).length === 0) return describe(facts, found);
  return whileLocked(lock, async () => describe(facts, await install(facts, report)));
}

/** Those that containers were run by, to remove them: none is installed for that. Rejects, saying what to type, where one is missing. */
export async function presentPrograms(facts: ProgramFacts = realPrograms): Promise<OciPrograms> {
  const found = await findPrograms(facts);
  const missing = missingOf(facts, found, ['runtime', 'conmon']);
  if (missing.length > 0) throw new ClusterError(`containers that were run without a Docker engine cannot be removed without ${namesOf(missing)}`, commandFor(packageManager(facts), missing));
  return describe(facts, found);
}

async function install(facts: ProgramFacts, report: (step: ProgressStep) => void): Promise<ReadonlyMap<ProgramRole, string>> {
  // Who held the lock may have installed them.
  const missing = missingOf(facts, await findPrograms(facts));
  const manager = packageManager(facts);
  if (missing.length > 0) {
    if (manager === undefined) throw cannot(missing, manager, 'this system has none of apt-get, apk, dnf and yum');
    const packages = packagesFor(missing, manager.family);
    const what = `${packages.join(', ')} (${manager.program})`;
    await step(report, 'programs', () => installing(facts, manager, missing), () => `installed ${what}`, `installing ${what}: pods need them where there is no engine`);
  }
  const found = await findPrograms(facts);
  const still = missingOf(facts, found);
  if (still.length > 0) throw cannot(still, manager, `${namesOf(still)} cannot be found after the installation`);
  return found;
}

async function installing(facts: ProgramFacts, manager: PackageManager, missing: readonly NeededProgram[]): Promise<void> {
  try {
    await installPackages(facts, manager, packagesFor(missing, manager.family));
  } catch (error) {
    throw cannot(missing, manager, lastLine(error), error);
  }
}

function cannot(missing: readonly NeededProgram[], manager: PackageManager | undefined, why: string, cause?: unknown): ClusterError {
  return new ClusterError(`pods without a Docker engine need ${namesOf(missing)}, which cannot be installed: ${why}`, commandFor(manager, missing), { cause });
}

function missingOf(facts: ProgramFacts, found: ReadonlyMap<ProgramRole, string>, roles: readonly ProgramRole[] = PROGRAM_ROLES): NeededProgram[] {
  return roles.filter((role) => !found.has(role)).map((role) => neededProgram(role, facts));
}

function namesOf(programs: readonly NeededProgram[]): string {
  return programs.map(({ names }) => names[0]).join(', ');
}

/** What programs say last is mostly why they failed. */
function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split('\n').at(-1) ?? '';
}

async function describe(facts: ProgramFacts, found: ReadonlyMap<ProgramRole, string>): Promise<OciPrograms> {
  const program = async (role: ProgramRole): Promise<FoundProgram> => {
    const path = found.get(role) ?? '';
    return { name: basename(path), path, version: await versionOf(facts, path) };
  };
  const [runtime, conmon] = await Promise.all([program('runtime'), program('conmon')]);
  return { runtime, conmon };
}
