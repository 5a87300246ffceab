import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Starts containers without a cluster, and takes them away again. */
export interface BareContainers {
  /** As a figure's floor is called. */
  readonly name: string;
  /** Milliseconds that each of that many took which were started at once. */
  run(count: number): Promise<number[]>;
  dispose(): Promise<void>;
}

/** `docker run -d`. */
export function bareDocker(image: string): BareContainers {
  return {
    name: 'docker run -d',
    async run(count) {
      const runs = await Promise.all(
        Array.from({ length: count }, async () => {
          const began = performance.now();
          const { stdout } = await execute('docker', ['run', '-d', image, 'sleep', '3600']);
          return { id: stdout.trim(), took: performance.now() - began };
        }),
      );
      await execute('docker', ['rm', '-f', ...runs.map(({ id }) => id)]);
      return runs.map(({ took }) => took);
    },
    dispose: () => Promise.resolve(),
  };
}

/** `crun run` or `runc run` of a bundle whose files are those of an image of the engine: namespaces and a process, no network, no layers. */
export async function bareRuntime(program: 'crun' | 'runc', image: string): Promise<BareContainers> {
  const bundle = await mkdtemp(join(tmpdir(), 'gantry-bench-bundle-'));
  await makeBundle(program, bundle, image);
  let next = 0;
  return {
    name: `${program} run -d`,
    async run(count) {
      const runs = await Promise.all(
        Array.from({ length: count }, async () => {
          const id = `gantry-bench-${process.pid}-${next++}`;
          const began = performance.now();
          await detached(program, ['run', '--detach', '--bundle', bundle, id]);
          return { id, took: performance.now() - began };
        }),
      );
      await Promise.all(runs.map(({ id }) => execute(program, ['delete', '--force', id])));
      return runs.map(({ took }) => took);
    },
    dispose: () => rm(bundle, { recursive: true, force: true }),
  };
}

async function makeBundle(program: string, bundle: string, image: string): Promise<void> {
  await mkdir(join(bundle, 'rootfs'));
  const { stdout } = await execute('docker', ['create', image]);
  const id = stdout.trim();
  await execute('bash', ['-c', 'set -o pipefail; docker export "$1" | tar -x -C "$2"', 'export', id, join(bundle, 'rootfs')]).finally(() => execute('docker', ['rm', '-f', id]));
  await execute(program, ['spec'], { cwd: bundle });
  const path = join(bundle, 'config.json');
  const spec = JSON.parse(await readFile(path, 'utf8')) as { process: { terminal: boolean; args: string[]; rlimits?: unknown } };
  spec.process = { ...spec.process, terminal: false, args: ['sleep', '3600'], rlimits: undefined };
  await writeFile(path, JSON.stringify(spec));
}

/** The container keeps the streams that it is given: pipes would never end. */
function detached(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ${args.join(' ')} ended with code ${code}`))));
  });
}
