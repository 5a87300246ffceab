import type { coreV1 } from '@gantry/api-types';
import type { Clock } from '@gantry/async';
import { delay } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';
import type { Container } from '../pods/pod.js';
import type { HttpGet } from '../probes/http-get.js';

export interface HookCall {
  readonly handler: coreV1.LifecycleHandler;
  readonly container: Container;
  readonly containerId: string;
  readonly podIp: string;
  /** What the hook may take. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Runs a hook to its end; rejects where it fails. */
export type RunHook = (call: HookCall) => Promise<void>;

const USER_AGENT = 'kube-lifecycle/1.36';
/** Timers and engines take no longer waits than this; a hook without a limit has it. */
const LONGEST = 2 ** 31 - 1;

export interface HookDependencies {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly httpGet: HttpGet;
}

export function createHookRunner({ runtime, clock, httpGet }: HookDependencies): RunHook {
  return async ({ handler, container, containerId, podIp, timeoutMs, signal }) => {
    const limit = Math.min(timeoutMs, LONGEST);
    if (handler.sleep !== undefined) return delay(clock, Math.min(handler.sleep.seconds * 1000, limit), signal);
    if (handler.httpGet !== undefined) {
      // Any response will do: only one that does not come is a failure.
      await httpGet({ action: handler.httpGet, container, podIp, userAgent: USER_AGENT, timeoutMs: limit });
      return;
    }
    if (handler.exec === undefined) throw new Error('invalid handler');
    const command = handler.exec.command ?? [];
    const { exitCode } = await runtime.execSync(containerId, command, limit);
    if (exitCode !== 0) throw new Error(`command '${command.join(' ')}' exited with ${exitCode}`);
  };
}
