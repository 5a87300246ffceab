import type { ProgramFacts } from './find-programs.js';
import type { NeededProgram, PackageFamily } from './needed-programs.js';

/** What installs packages on a system, without asking anything. */
export interface PackageManager {
  readonly program: string;
  readonly family: PackageFamily;
  readonly install: readonly string[];
  /** Brings its lists up to date; it is tried after an installation that failed. */
  readonly refresh: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const MANAGERS: readonly PackageManager[] = [
  // Another installation may be under way: it is waited for.
  { program: 'apt-get', family: 'debian', install: ['install', '--yes', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'], refresh: ['update'], environment: { DEBIAN_FRONTEND: 'noninteractive' } },
  { program: 'apk', family: 'alpine', install: ['add', '--no-progress', '--wait', '120'], refresh: ['update', '--wait', '120'] },
  { program: 'dnf', family: 'fedora', install: ['install', '--assumeyes', '--setopt=install_weak_deps=False'], refresh: ['makecache'] },
  { program: 'yum', family: 'fedora', install: ['install', '--assumeyes'], refresh: ['makecache'] },
];

/** The system's own package manager, if it is one that is known here. */
export function packageManager({ pathOf }: Pick<ProgramFacts, 'pathOf'>): PackageManager | undefined {
  return MANAGERS.find(({ program }) => pathOf(program) !== undefined);
}

/** Each package once. */
export function packagesFor(programs: readonly NeededProgram[], family: PackageFamily): string[] {
  return [...new Set(programs.map(({ packages }) => packages[family]))];
}

/** What a user types to install them by hand. */
export function commandFor(manager: PackageManager | undefined, programs: readonly NeededProgram[]): string {
  if (manager === undefined) return `install the packages ${packagesFor(programs, 'debian').join(', ')} by the means of this system`;
  const verb = manager.family === 'alpine' ? 'add' : 'install';
  return `type: ${manager.program} ${verb} ${packagesFor(programs, manager.family).join(' ')}`;
}

/** Rejects with what the package manager said, its lists brought up to date in between. */
export async function installPackages({ output }: Pick<ProgramFacts, 'output'>, { program, install, refresh, environment }: PackageManager, packages: readonly string[]): Promise<void> {
  const attempt = (): Promise<string> => output(program, [...install, ...packages], environment);
  try {
    await attempt();
  } catch {
    await output(program, refresh, environment).catch(() => undefined);
    await attempt();
  }
}
