import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { lookAtProcess } from '@gantry/machine';
import type { ProcessIdentity } from '@gantry/machine';
import type { SandboxConfig } from '../runtime.js';
import { RuntimeError } from '../runtime.js';
import type { SandboxPlaces } from './places.js';
import { sandboxSysctls } from './sysctls.js';

/**
 * Runs in the new namespaces and becomes the process that holds them. It does nothing before it is told that it is written down, so
 * that none is left over by a kubelet that dies before. Arguments: where shared memory is, the host name, then `path=value` of settings.
 */
const SCRIPT = `
read -r written || exit 1
set -e
mount -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=65536k shm "$1"
printf %s "$2" > /proc/sys/kernel/hostname
shift 2
for setting; do printf %s "\${setting#*=}" > "/proc/sys/\${setting%%=*}"; done
echo ready
exec sleep 2147483647 < /dev/null > /dev/null 2>&1
`;

/** Variable of a holder's environment: the directory of its sandbox. What it runs says nothing of it. */
const MARK = 'GANTRY_SANDBOX';

/** The holders of a sandbox, or of all below a directory, where no record says who they are. */
export function findHolders(directory: string): ProcessIdentity[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isMarked(name, directory)).flatMap((name) => lookAtProcess(Number(name)) ?? []);
}

function isMarked(pid: string, directory: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').some((variable) => variable === `${MARK}=${directory}` || variable.startsWith(`${MARK}=${directory}/`));
  } catch {
    return false;
  }
}

export interface HolderEvents {
  /** To write it down: nothing is done before that. */
  readonly written: (holder: ProcessIdentity) => Promise<void>;
  /** It has ended, while this process lives. */
  readonly ended: () => void;
}

/** Starts the holder of a sandbox. It outlives this process. */
export async function startHolder(places: SandboxPlaces, config: SandboxConfig, { written, ended }: HolderEvents): Promise<void> {
  const settings = [...sandboxSysctls(config)].map(([path, value]) => `${path}=${value}`);
  const namespaces = ['-u', ...(config.ipc === 'node' ? [] : ['-i']), ...(config.network === 'pod' ? ['-n'] : [])];
  const child = spawn('unshare', [...namespaces, 'sh', '-c', SCRIPT, 'sandbox', places.shm, config.hostname, ...settings], { cwd: '/', detached: true, stdio: 'pipe', env: { ...process.env, [MARK]: places.directory } });
  child.unref();
  child.once('exit', ended);
  const ready = readiness(child);
  ready.catch(() => undefined);
  try {
    const holder = child.pid === undefined ? undefined : lookAtProcess(child.pid);
    if (holder !== undefined) await written({ pid: holder.pid, startedAt: holder.startedAt });
    child.stdin.on('error', () => undefined).write('written\n');
    await ready;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  }
}

function readiness(child: ReturnType<typeof spawn> & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream }): Promise<void> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
    child.stdout.once('data', () => resolve());
    child.once('error', (error) => reject(new RuntimeError('start-failed', `the sandbox could not be made: ${error.message}`)));
    child.once('close', () => reject(new RuntimeError('start-failed', `the sandbox could not be made: ${said.join('').trim()}`)));
  });
}
