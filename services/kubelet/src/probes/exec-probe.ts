import type { Semaphore } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { RuntimeError } from '@gantry/container-runtime';
import type { ProbeAnswer } from './probe-request.js';
import { LONGEST_OUTPUT } from './probe-request.js';

/** Runs a command in its container. `places`: an engine takes long for each, so only so many run at once; the timeout begins after the wait for a place. */
export async function execProbe(runtime: ContainerRuntime, places: Semaphore, id: string, command: readonly string[], timeoutMs: number): Promise<ProbeAnswer> {
  try {
    const { exitCode, stdout, stderr } = await places.run(() => runtime.execSync(id, command, timeoutMs));
    const output = Buffer.concat([stdout, stderr]).subarray(0, LONGEST_OUTPUT).toString();
    return { result: exitCode === 0 ? 'success' : 'failure', output };
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'deadline') return { result: 'failure', output: `command ${JSON.stringify(command.join(' '))} timed out` };
    throw error;
  }
}
