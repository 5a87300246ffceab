import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, runOk } from './run.js';

const SOURCES = fileURLToPath(new URL('../../go-client', import.meta.url));
/** From nothing it takes minutes on a small machine; the next time seconds. */
const BUILD_MS = 600_000;

/** Why the client in Go cannot be built here; brings its modules here where they are not. */
export async function goReason(): Promise<string | undefined> {
  const version = await run('go', ['version'], { cwd: SOURCES }).catch(() => undefined);
  if (version?.code !== 0) return 'needs Go with the modules of the client';
  const modules = await run('go', ['list', '-deps', '.'], { cwd: SOURCES, env: environment(), timeoutMs: BUILD_MS });
  return modules.code === 0 ? undefined : `needs Go with the modules of the client: ${modules.stderr.trim().split('\n')[0] ?? ''}`;
}

/** Builds it into a folder; resolves with the path of the program. */
export async function buildGoClient(folder: string): Promise<string> {
  const program = join(folder, 'go-client');
  await runOk('go', ['build', '-o', program, '.'], { cwd: SOURCES, env: environment(), timeoutMs: BUILD_MS });
  return program;
}

/** No other Go than the one that is here is fetched for it. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly -buildvcs=false' };
}
