/** A family of systems, by what installs packages there. */
export type PackageFamily = 'debian' | 'alpine' | 'fedora';

/** A program of the system's that nodes need. */
export interface NeededProgram {
  /** Any of these will do, the first first. */
  readonly names: readonly string[];
  /** What brings the first of them. */
  readonly packages: Readonly<Record<PackageFamily, string>>;
  /** What `<name> -V` must say of itself, where another program of this name would not do. */
  readonly mustSay?: string;
}

function everywhere(name: string): NeededProgram['packages'] {
  return { debian: name, alpine: name, fedora: name };
}

const RUNC: NeededProgram = { names: ['runc'], packages: everywhere('runc') };

/** What a node without an engine is made of. */
const NEEDED_PROGRAMS = {
  runtime: { names: ['crun', 'runc'], packages: everywhere('crun') },
  conmon: { names: ['conmon'], packages: everywhere('conmon') },
  // For terminals, of which Node knows nothing.
  socat: { names: ['socat'], packages: everywhere('socat') },
  // BusyBox has one too, which takes no batches.
  ip: { names: ['ip'], packages: { debian: 'iproute2', alpine: 'iproute2', fedora: 'iproute' }, mustSay: 'iproute2' },
  nft: { names: ['nft'], packages: everywhere('nftables') },
  nsenter: { names: ['nsenter'], packages: everywhere('util-linux') },
  mount: { names: ['mount'], packages: { debian: 'mount', alpine: 'util-linux', fedora: 'util-linux' } },
} as const satisfies Readonly<Record<string, NeededProgram>>;

export type ProgramRole = keyof typeof NEEDED_PROGRAMS;
export const PROGRAM_ROLES = Object.keys(NEEDED_PROGRAMS) as ProgramRole[];

/** Where crun does not work it is as if it were not there. */
export function neededProgram(role: ProgramRole, { crunWorks }: { readonly crunWorks: () => boolean }): NeededProgram {
  return role === 'runtime' && !crunWorks() ? RUNC : NEEDED_PROGRAMS[role];
}
