import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { crunRefusal } from '@gantry/container-runtime';
import { neededProgram, PROGRAM_ROLES, type NeededProgram, type ProgramRole } from './needed-programs.js';

const execute = promisify(execFile);

/** A machine's programs: the real ones, or a test's. */
export interface ProgramFacts {
  /** The absolute path of a program on the PATH. */
  readonly pathOf: (name: string) => string | undefined;
  /** Not every machine has control groups with which crun can make containers. */
  readonly crunWorks: () => boolean;
  /** What it prints; rejects where it fails, with what it printed as error. */
  readonly output: (program: string, args: readonly string[], environment?: Readonly<Record<string, string>>) => Promise<string>;
}

/** Where programs are that only root needs: not on everybody's PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
/** Milliseconds that one may take: an installation is the longest. */
const TIMEOUT = 300_000;

export const realPrograms: ProgramFacts = {
  pathOf: (name) => [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS].map((folder) => join(folder, name)).find(isExecutable),
  crunWorks: () => crunRefusal() === undefined,
  output: async (program, args, environment = {}) => (await execute(program, [...args], { timeout: TIMEOUT, maxBuffer: 2 ** 26, env: { ...process.env, ...environment } })).stdout,
};

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of each program that is there. */
export async function findPrograms(facts: ProgramFacts): Promise<Map<ProgramRole, string>> {
  const found = await Promise.all(PROGRAM_ROLES.map(async (role) => [role, await find(facts, neededProgram(role, facts))] as const));
  return new Map(found.flatMap(([role, path]) => (path === undefined ? [] : [[role, path] as const])));
}

async function find({ pathOf, output }: ProgramFacts, { names, mustSay }: NeededProgram): Promise<string | undefined> {
  const path = names.map(pathOf).find((one) => one !== undefined);
  if (path === undefined || mustSay === undefined) return path;
  const says = await output(path, ['-V']).catch(() => '');
  return says.includes(mustSay) ? path : undefined;
}

/** `1.8.1`; '' where the program does not say it in the usual way. */
export async function versionOf({ output }: ProgramFacts, path: string): Promise<string> {
  const says = await output(path, ['--version']).catch(() => '');
  return /version (\S+)/.exec(says)?.[1] ?? '';
}
