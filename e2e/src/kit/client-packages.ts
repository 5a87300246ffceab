import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { run } from './run.js';

/** Other people's clients, with a lock of their own. */
export const CLIENT_PACKAGES = fileURLToPath(new URL('../../programs', import.meta.url));

const INSTALL_MS = 240_000;

interface Lock {
  readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly optional?: boolean }>>;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Why they cannot be had. */
    clientPackages: { reason: string | undefined };
  }
}

/** Vitest calls it once before the first test, because files that run beside each other share them. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('clientPackages', { reason: await install() });
}

/** As the lock says, unless they are there. Resolves with why they cannot be had. */
async function install(): Promise<string | undefined> {
  if (await areInstalled()) return undefined;
  const { code, stderr } = await run('npm', ['ci'], { cwd: CLIENT_PACKAGES, env: withoutScript(process.env), timeoutMs: INSTALL_MS });
  return code === 0 ? undefined : `npm cannot install other people's clients: ${/npm error (?!code)(.*)/.exec(stderr)?.[1] ?? 'it gives no reason'}`;
}

/** By npm's own record of what is there. */
async function areInstalled(): Promise<boolean> {
  const read = async (lock: string): Promise<Lock> => JSON.parse(await readFile(join(CLIENT_PACKAGES, lock), 'utf8')) as Lock;
  const [wanted, found] = await Promise.all([read('package-lock.json'), read('node_modules/.package-lock.json').catch(() => ({ packages: {} }) as Lock)]);
  return Object.entries(wanted.packages).every(([path, { integrity, optional }]) => path === '' || optional === true || found.packages[path]?.integrity === integrity);
}

/** Without what the npm that runs the tests says of its own package; how it reaches its registry stays. */
function withoutScript(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(npm_(?!config_)|npm_config_local_prefix$)/i.test(name)));
}
