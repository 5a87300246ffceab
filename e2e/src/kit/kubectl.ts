import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run, runOk, type RunOptions, type RunResult } from './run.js';

/** One version of kubectl with one kubeconfig. */
export interface Kubectl {
  readonly version: string;
  readonly program: string;
  /** Rejects unless it ends with code 0; resolves with standard output. */
  (...args: string[]): Promise<string>;
  /** Whatever the exit code. */
  try(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** With a manifest on standard input. */
  input(text: string, ...args: string[]): Promise<string>;
  readonly env: NodeJS.ProcessEnv;
}

/** Path of `kubectl.<version>`, undefined when this machine has none: it lies beside the file that `kubectl` links to. */
export function findKubectl(version: string): string | undefined {
  const folders = [process.env['GANTRY_TEST_KUBECTL_DIR'], ...(process.env['PATH'] ?? '').split(delimiter).map(behindLink)];
  return folders.filter((folder) => folder !== undefined).map((folder) => join(folder, `kubectl.${version}`)).find(isProgram);
}

export function kubectlOf(program: string, version: string, kubeconfig: string): Kubectl {
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const call = (...args: string[]): Promise<string> => runOk(program, args, { env });
  return Object.assign(call, {
    version,
    program,
    env,
    try: (args: readonly string[], options?: RunOptions) => run(program, args, { ...options, env }),
    input: (text: string, ...args: string[]) => runOk(program, args, { env, input: text }),
  });
}

function behindLink(folder: string): string | undefined {
  try {
    return dirname(realpathSync(join(folder, 'kubectl')));
  } catch {
    return undefined;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
