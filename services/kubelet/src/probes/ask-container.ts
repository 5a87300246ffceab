import { Semaphore } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { containerPort } from './container-port.js';
import { execProbe } from './exec-probe.js';
import { httpGet } from './http-get.js';
import { httpProbe } from './http-probe.js';
import type { AskProbe } from './probe-request.js';
import { timeoutOf } from './probe-state.js';
import { tcpProbe } from './tcp-probe.js';

/** Commands of probes that run at once: each costs the engine some 70 ms of work. */
const COMMANDS_AT_ONCE = 4;
const USER_AGENT = 'kube-probe/1.36';

/** Asks real containers, by sockets from this process's network and by commands of the runtime. */
export function askContainers(runtime: ContainerRuntime): AskProbe {
  const places = new Semaphore(COMMANDS_AT_ONCE);
  return async ({ spec, container, containerId, podIp }) => {
    const timeoutMs = timeoutOf(spec);
    if (spec.exec !== undefined) return execProbe(runtime, places, containerId, spec.exec.command ?? [], timeoutMs);
    if (spec.httpGet !== undefined) {
      const action = { ...spec.httpGet, port: containerPort(spec.httpGet.port, container) };
      return httpProbe(httpGet, { action, container, podIp, userAgent: USER_AGENT, timeoutMs });
    }
    if (spec.tcpSocket !== undefined) {
      const { host = '', port } = spec.tcpSocket;
      return tcpProbe(host === '' ? podIp : host, containerPort(port, container), timeoutMs);
    }
    if (spec.grpc === undefined) throw new Error(`missing probe handler for ${container.name}`);
    const { grpcProbe } = await import('./grpc-health.js');
    return grpcProbe(podIp, spec.grpc.port, spec.grpc.service ?? '', timeoutMs, USER_AGENT);
  };
}

/** Of a runtime without processes its program answers, whatever the probe asks. */
export function askHollow(runtime: ContainerRuntime): AskProbe {
  return async ({ type, spec, containerId }) => {
    const { exitCode, stdout } = await runtime.execSync(containerId, ['probe', type], timeoutOf(spec));
    return { result: exitCode === 0 ? 'success' : 'failure', output: Buffer.from(stdout).toString() };
  };
}
