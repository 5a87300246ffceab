import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { engineReason } from './engine.js';
import { freePort } from './free-port.js';
import { run, runOk, type RunOptions } from './run.js';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const BUILD_MS = 900_000;
const RESTART_MS = 60_000;
const THIRD_PARTY = ['postgres:17', 'nats:2.15', 'haproxy:3', 'node:24-bookworm-slim'];

/** The cluster of a Compose project of its own. */
export interface ComposeProject {
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  /** A kubeconfig with nothing but this cluster, once `writeKubeconfig` was called. */
  readonly kubeconfig: string;
  /** `docker compose …`; resolves to its standard output. */
  (args: readonly string[], options?: RunOptions): Promise<string>;
  writeKubeconfig(): Promise<void>;
  /** Ends a container's process from outside, as a crash does; resolves when the engine runs it again. */
  crash(service: string, replica: number): Promise<void>;
  /** Containers, networks and volumes that the engine still has of the project. */
  objects(): Promise<string[]>;
  dispose(): Promise<void>;
}

/** Why a Compose project cannot be tested here; undefined when it can. */
export async function composeReason(): Promise<string | undefined> {
  const reason = await engineReason(THIRD_PARTY);
  if (reason !== undefined) return reason;
  return (await run('docker', ['compose', 'version'])).code === 0 ? undefined : 'the engine has no Compose';
}

/**
 * A project with a free port, nothing of it up, and images of the present sources. `GANTRY_IMAGE_TAG` names images that are there instead;
 * `GANTRY_BUILD_NPMRC` and `GANTRY_BUILD_CA` name what npm needs inside a build.
 */
export async function composeProject(project: string, services: readonly string[]): Promise<ComposeProject> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-compose-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const env = { ...process.env, COMPOSE_PROJECT_NAME: project, GANTRY_API_PORT: String(await freePort()), KUBECONFIG: kubeconfig };
  const call = (args: readonly string[], options: RunOptions = {}): Promise<string> => runOk('docker', ['compose', ...args], { cwd: REPOSITORY, env, ...options });
  if (process.env['GANTRY_IMAGE_TAG'] === undefined) await call(['build', ...services], { timeoutMs: BUILD_MS });
  return Object.assign(call, {
    project, env, kubeconfig,
    writeKubeconfig: async () => void (await runOk(process.execPath, [join(REPOSITORY, 'cli/bin/gantry.mjs'), 'kubeconfig', '--compose'], { cwd: REPOSITORY, env })),
    crash: (service: string, replica: number) => crash(`${project}-${service}-${replica}`),
    objects: () => objectsOf(project),
    dispose: async () => {
      await run('docker', ['compose', '--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '5'], { cwd: REPOSITORY, env });
      await rm(folder, { recursive: true, force: true });
    },
  });
}

async function crash(container: string): Promise<void> {
  const [pid, started] = await inspect(container);
  process.kill(Number(pid), 'SIGKILL');
  await vi.waitUntil(async () => {
    const [, again, running] = await inspect(container);
    return again !== started && running === 'true';
  }, { timeout: RESTART_MS, interval: 50 });
}

async function inspect(container: string): Promise<string[]> {
  return (await runOk('docker', ['inspect', '-f', '{{.State.Pid}} {{.State.StartedAt}} {{.State.Running}}', container])).trim().split(' ');
}

async function objectsOf(project: string): Promise<string[]> {
  const lists = await Promise.all(
    (['container', 'network', 'volume'] as const).map(async (kind) => {
      const { stdout } = await run('docker', [kind, 'ls', ...(kind === 'container' ? ['--all'] : []), '--filter', `label=com.docker.compose.project=${project}`, '--format', kind === 'container' ? '{{.Names}}' : '{{.Name}}']);
      return stdout.split('\n').filter((line) => line !== '').map((name) => `${kind} ${name}`);
    }),
  );
  return lists.flat();
}
