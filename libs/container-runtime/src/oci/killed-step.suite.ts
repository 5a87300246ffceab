import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ContainerConfig, ContainerRuntime, ContainerStatus, SandboxConfig } from '../runtime.js';
import { testImage } from './oci-harness.suite.js';

export function podSandbox(more: Partial<SandboxConfig> = {}): SandboxConfig {
  return { metadata: { name: 'p', namespace: 'd', uid: randomUUID(), attempt: 0 }, hostname: 'p', labels: {}, annotations: {}, network: 'pod', ...more };
}

/** Each run of it adds a line to `<folder>/shared/<name>`. */
export function countingContainer(folder: string, name: string, then: string): ContainerConfig {
  return {
    name, attempt: 0, image: testImage, command: ['sh', '-c', `echo run >> /shared/${name}; echo printed; ${then}`], env: [], labels: {}, annotations: {}, resources: {},
    mounts: [{ hostPath: join(folder, 'shared'), containerPath: '/shared', readonly: false }], logPath: join(folder, 'logs', name, '0.log'), stdin: false, stdinOnce: false, tty: false,
    security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] },
  };
}

/** The life of a pod with each verb that changes something: what a kubelet may be killed in. */
export async function podSteps(runtime: ContainerRuntime, folder: string, rotate: (id: string, log: string) => Promise<void>): Promise<void> {
  const never = new AbortController().signal;
  await runtime.endCommands();
  const sandbox = await runtime.runSandbox(podSandbox());
  const config = countingContainer(folder, 'main', "trap 'exit 5' TERM; while :; do sleep 0.05; done");
  const main = await runtime.createContainer(sandbox, config);
  await runtime.startContainer(main);
  await runtime.exec(main, ['true'], { tty: false, stdout: () => undefined, stderr: () => undefined }, never);
  await runtime.exec(main, ['true'], { tty: true, stdout: () => undefined }, never);
  await runtime.execSync(main, ['sleep', '600'], 300).catch(() => undefined);
  await firstLine(runtime, main);
  await rotate(main, config.logPath);
  const short = await runtime.createContainer(sandbox, countingContainer(folder, 'short', 'exit 3'));
  await runtime.startContainer(short);
  await ended(runtime, short);
  await runtime.updateContainer(main, { cpuShares: 512 });
  await runtime.stopContainer(main, 5);
  await runtime.removeContainer(short);
  await runtime.stopSandbox(sandbox);
  await runtime.removeSandbox(sandbox);
  const shared = await runtime.runSandbox(podSandbox({ sharesProcesses: true }));
  await runtime.removeSandbox(shared);
}

async function firstLine(runtime: ContainerRuntime, id: string): Promise<void> {
  for await (const _ of runtime.logs(id, { follow: true }, new AbortController().signal)) return;
}

async function ended(runtime: ContainerRuntime, id: string): Promise<ContainerStatus> {
  for await (const _ of runtime.logs(id, { follow: true }, new AbortController().signal));
  return runtime.containerStatus(id);
}
