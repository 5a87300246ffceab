import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endpointOf, type Endpoint } from './cluster-under-test.js';
import type { ServicePids } from './load/services.js';

const execute = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const THIRD_PARTY = ['postgres:17', 'nats:2.15', 'haproxy:3', 'node:24-bookworm-slim'];
const MUCH_OUTPUT = 64 * 1024 * 1024;

/** What is measured: Prometheus and Grafana look on, and are not asked for. */
export const SERVICES = ['postgres', 'nats', 'store', 'api', 'balancer', 'controllers', 'scheduler', 'node'] as const;

/** A Compose project of its own, on a free port; down until `up`. */
export interface ComposeUnderTest {
  /** Resolves when `docker compose up --detach` has ended. */
  up(): Promise<void>;
  /** Takes the project away with all it kept. */
  down(): Promise<void>;
  /** Address and TLS material of the API, as soon as `setup` has made it. */
  endpoint(): Promise<Endpoint>;
  pids(): Promise<ServicePids>;
  dispose(): Promise<void>;
}

/** Why Compose cannot be measured here; undefined when it can. */
export async function composeReason(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'the figures of containers need Linux and root';
  if (!(await succeeds('info'))) return 'no Docker engine answers';
  if (!(await succeeds('compose', 'version'))) return 'the engine has no Compose';
  for (const image of THIRD_PARTY) if (!(await succeeds('image', 'inspect', image))) return `the engine has no image ${image}`;
  return undefined;
}

/**
 * `replicas` of each service of Gantry's, and two nodes. Images of the present sources are built first, unless `GANTRY_IMAGE_TAG` names
 * some; `GANTRY_BUILD_NPMRC` and `GANTRY_BUILD_CA` name what npm needs inside a build.
 */
export async function prepareCompose(replicas: number): Promise<ComposeUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-compose-'));
  const project = `gantry-bench-${process.pid}`;
  const kubeconfig = join(folder, 'kubeconfig');
  const env = { ...process.env, COMPOSE_PROJECT_NAME: project, GANTRY_API_PORT: String(await freePort()), GANTRY_REPLICAS: String(replicas), KUBECONFIG: kubeconfig };
  const run = async (program: string, args: readonly string[]): Promise<string> => (await execute(program, args, { cwd: REPOSITORY, env, maxBuffer: MUCH_OUTPUT })).stdout;
  const compose = (...args: string[]): Promise<string> => run('docker', ['compose', ...args]);
  if (process.env['GANTRY_IMAGE_TAG'] === undefined) await compose('build', 'setup', 'node');
  const down = async (): Promise<void> => void (await compose('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '5'));
  return {
    up: async () => void (await compose('up', '--detach', '--no-build', '--scale', 'node=2', ...SERVICES)),
    down,
    endpoint: async () => {
      await run(process.execPath, [join(REPOSITORY, 'cli/bin/gantry.mjs'), 'kubeconfig', '--compose']);
      return endpointOf(await readFile(kubeconfig, 'utf8'));
    },
    pids: async () => new Map(await Promise.all(SERVICES.map(async (service) => [service, await pidsOf(project, service)] as const))),
    dispose: async () => {
      await down();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function pidsOf(project: string, service: string): Promise<number[]> {
  const { stdout: ids } = await execute('docker', ['ps', '--quiet', '--filter', `label=com.docker.compose.project=${project}`, '--filter', `label=com.docker.compose.service=${service}`]);
  const { stdout: pids } = await execute('docker', ['inspect', '--format', '{{.State.Pid}}', ...words(ids)]);
  return words(pids).map(Number);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

async function succeeds(...args: string[]): Promise<boolean> {
  return execute('docker', args, { maxBuffer: MUCH_OUTPUT }).then(() => true, () => false);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
