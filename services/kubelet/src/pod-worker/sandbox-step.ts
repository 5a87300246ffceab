import type { SandboxStatus } from '@gantry/container-runtime';
import { hostPortsOf } from '../network/host-port-rules.js';
import { hostnameOf, hostNetworkHostsFile, hostsFile, resolvConf } from '../pods/etc-files.js';
import { graceSecondsOf, identityOf, isHostNetwork, podReference } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import type { WorkerDependencies } from './dependencies.js';
import type { PodRecord } from './record.js';

/** Annotation of a sandbox: seconds of grace for a pod whose object is gone when the kubelet finds it. */
export const GRACE_ANNOTATION = 'io.gantry.grace-seconds';

/** Makes the pod's next sandbox. A failure is told and thrown: the worker loop tries again with back-off. */
export async function createSandbox(deps: WorkerDependencies, pod: Pod, attempt: number): Promise<void> {
  const { uid, name, namespace } = identityOf(pod);
  const sysctls = Object.fromEntries((pod.spec?.securityContext?.sysctls ?? []).map((sysctl) => [sysctl.name, sysctl.value]));
  try {
    await deps.runtime.runSandbox({
      metadata: { uid, name, namespace, attempt },
      hostname: hostnameOf(pod, deps.nodeName),
      labels: pod.metadata?.labels ?? {},
      annotations: { ...pod.metadata?.annotations, [GRACE_ANNOTATION]: String(graceSecondsOf(pod)) },
      network: isHostNetwork(pod) ? 'node' : 'pod',
      ...(pod.spec?.hostIPC === true ? { ipc: 'node' as const } : {}),
      ...(pod.spec?.shareProcessNamespace === true ? { sharesProcesses: true } : {}),
      sysctls,
    });
  } catch (error) {
    const message = `Failed to create pod sandbox: ${error instanceof Error ? error.message : String(error)}`;
    deps.event(podReference(pod), { type: 'Warning', reason: 'FailedCreatePodSandBox', message });
    throw error;
  }
}

/** Sees that the sandbox is plugged in, once for each sandbox and kubelet; returns its address. */
export async function plugIn(deps: WorkerDependencies, record: PodRecord, pod: Pod, sandbox: SandboxStatus): Promise<string | undefined> {
  if (isHostNetwork(pod)) return deps.hostIps[0];
  if (record.plugged?.sandboxId === sandbox.id) return record.plugged.ip;
  const ip = deps.network === undefined || sandbox.pid === undefined ? sandbox.ip : await attach(deps, pod, sandbox.pid);
  record.plugged = { sandboxId: sandbox.id, ip };
  return ip;
}

async function attach(deps: WorkerDependencies, pod: Pod, pid: number): Promise<string | undefined> {
  try {
    return await deps.network?.attach(identityOf(pod), pid, hostPortsOf(pod));
  } catch (error) {
    const message = `Failed to create pod sandbox: failed to set up the network: ${error instanceof Error ? error.message : String(error)}`;
    deps.event(podReference(pod), { type: 'Warning', reason: 'FailedCreatePodSandBox', message });
    throw error;
  }
}

export interface EtcPaths {
  readonly hosts: string;
  readonly resolvConf: string;
}

/** The files that are mounted over `/etc/hosts` and `/etc/resolv.conf`: containers that join a sandbox have none of their own. */
export async function writeEtcFiles(deps: WorkerDependencies, pod: Pod, ip: string | undefined): Promise<EtcPaths> {
  const { uid, namespace } = identityOf(pod);
  const aliases = pod.spec?.hostAliases ?? [];
  const subdomain = pod.spec?.subdomain;
  const domain = subdomain === undefined || subdomain === '' ? undefined : `${subdomain}.${namespace}.svc.${deps.dns.clusterDomain}`;
  const hosts = isHostNetwork(pod)
    ? hostNetworkHostsFile(deps.nodeHosts, aliases)
    : hostsFile({ ips: ip === undefined ? [] : [ip], hostname: hostnameOf(pod, deps.nodeName), domain, aliases });
  return { hosts: await deps.files.writePodFile(uid, 'etc-hosts', hosts), resolvConf: await deps.files.writePodFile(uid, 'resolv.conf', resolvConf(pod, deps.dns)) };
}
