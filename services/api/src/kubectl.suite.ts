import { execFile, spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Kubectl {
  readonly version: string;
  /** undefined: this machine does not have it. */
  readonly path: string | undefined;
}

/** The kubectls of these versions that stand beside the one on the PATH (`kubectl.1.27`). */
export function kubectls(versions: readonly string[]): Kubectl[] {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'kubectl')).find((path) => existsSync(path));
  const real = onPath === undefined ? undefined : realpathSync(onPath);
  return versions.map((version) => ({ version, path: real !== undefined && existsSync(`${real}.${version}`) ? `${real}.${version}` : undefined }));
}

/** A kubectl that runs on. */
export interface Following {
  readonly output: string;
  /** Resolves when the output matches; rejects when the program ends before. */
  until(pattern: RegExp): Promise<void>;
  stop(): Promise<void>;
}

/** Runs one kubectl in one namespace. */
export class KubectlRunner {
  constructor(
    private readonly path: string,
    private readonly kubeconfig: string,
    readonly namespace: string,
  ) {}

  /** The standard output; rejects with both outputs when kubectl fails. */
  run(...args: string[]): Promise<string> {
    return this.withInput('', ...args);
  }

  withInput(input: string, ...args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile(this.path, this.#arguments(args), { env: this.#environment(), timeout: 60_000 }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`));
      });
      child.stdin!.end(input);
    });
  }

  follow(...args: string[]): Following {
    const child = spawn(this.path, this.#arguments(args), { env: this.#environment(), stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return {
      get output() {
        return output;
      },
      until: (pattern) =>
        new Promise((resolve, reject) => {
          const check = (): void => void (pattern.test(output) && resolve());
          child.stdout.on('data', check);
          void ended.then(() => reject(new Error(`kubectl ${args.join(' ')} ended: ${output}`)));
          check();
        }),
      stop: async () => {
        child.kill();
        await ended;
      },
    };
  }

  #arguments(args: readonly string[]): string[] {
    return ['--cache-dir', `${this.kubeconfig}-${this.namespace}`, '--namespace', this.namespace, ...args];
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, KUBECONFIG: this.kubeconfig };
  }
}
