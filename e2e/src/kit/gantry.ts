import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuntimeUnderTest } from './form.js';
import { environmentOf } from './images.js';
import { run, runOk, type RunResult } from './run.js';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** A home of its own with the `gantry` command in it, as a user would have it. */
export interface Gantry {
  readonly home: string;
  readonly cluster: string;
  readonly env: NodeJS.ProcessEnv;
  readonly kubeconfig: string;
  /** Path of the command, for `process.execPath`. */
  readonly program: string;
  (...args: string[]): Promise<string>;
  try(...args: string[]): Promise<RunResult>;
  /** Deletes the cluster if there is one, and the home. */
  dispose(): Promise<void>;
}

/** Its containers run as `GANTRY_RUNTIME` says, unless told otherwise. */
export async function gantryIn(name: string, runtime?: RuntimeUnderTest): Promise<Gantry> {
  const home = await mkdtemp(join(tmpdir(), 'gantry-e2e-'));
  const kubeconfig = join(home, 'user-kubeconfig');
  const env = { ...environmentOf(runtime ?? (process.env['GANTRY_RUNTIME'] === 'oci' ? 'oci' : 'docker')), GANTRY_HOME: home, GANTRY_NAME: name, KUBECONFIG: kubeconfig };
  const program = join(REPOSITORY, 'cli/bin/gantry.mjs');
  const call = (...args: string[]): Promise<string> => runOk(process.execPath, [program, ...args], { env });
  return Object.assign(call, {
    home,
    env,
    kubeconfig,
    program,
    try: (...args: string[]) => run(process.execPath, [program, ...args], { env }),
    dispose: async () => {
      await run(process.execPath, [program, 'delete'], { env });
      await rm(home, { recursive: true, force: true });
    },
    cluster: name,
  });
}
