import type { Platform } from './image-config.js';

const ARCHITECTURES: Readonly<Record<string, Platform>> = {
  x64: { os: 'linux', architecture: 'amd64' },
  arm64: { os: 'linux', architecture: 'arm64', variant: 'v8' },
  arm: { os: 'linux', architecture: 'arm', variant: 'v7' },
  ia32: { os: 'linux', architecture: '386' },
};

/** What this machine runs, by the names of Node (`process.arch`). */
export function machinePlatform(arch: string = process.arch): Platform {
  return ARCHITECTURES[arch] ?? { os: 'linux', architecture: arch };
}

/** An entry of an index may say what it is for. */
interface ForPlatform {
  readonly platform?: Partial<Platform>;
}

/** The first entry that is for `wanted`, its variant if one is, and one that says nothing where that is the only one. */
export function choosePlatform<T extends ForPlatform>(entries: readonly T[], wanted: Platform): T | undefined {
  const fitting = entries.filter(({ platform }) => platform?.os === wanted.os && platform.architecture === wanted.architecture);
  return fitting.find(({ platform }) => platform?.variant === wanted.variant) ?? fitting.find(({ platform }) => runsOn(platform?.variant, wanted.variant)) ?? onlySilent(entries);
}

/** Machines run what was made for those before them: `v6` on `v7`. */
function runsOn(variant: string | undefined, machine: string | undefined): boolean {
  return variant === undefined || variant === '' || machine === undefined || variant <= machine;
}

function onlySilent<T extends ForPlatform>(entries: readonly T[]): T | undefined {
  const [only, ...more] = entries;
  return more.length === 0 && only?.platform?.architecture === undefined ? only : undefined;
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined || variant === '' ? [] : [variant])].join('/');
}
