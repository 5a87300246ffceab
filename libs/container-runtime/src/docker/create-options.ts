import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { ContainerConfig, ContainerResources, SandboxConfig } from '../runtime.js';
import { ALL_CAPABILITIES } from '../capabilities.js';
import { fittingCapabilities, nameable } from './capabilities.js';
import { engineName, label, podLabels } from './labels.js';
import type { Owner } from './labels.js';

export interface CreateContext extends Owner {
  /** What the engine can give. */
  readonly capabilities: ReadonlySet<string>;
  /** A container whose network namespace is the node's; unset: the machine's. */
  readonly networkContainer?: string;
  /** What a sandbox of its own starts with: nothing (the kubelet plugs it) or the engine's bridge. */
  readonly podNetwork: 'none' | 'bridge';
  readonly pauseImage: string;
  readonly extraLabels: Readonly<Record<string, string>>;
  /** How the engine's machine names a path. */
  readonly enginePath: (path: string) => string;
}

/** The engine rotates what it keeps: the kubelet's own defaults for `containerLogMaxSize` and `containerLogMaxFiles`. */
const LOG_CONFIG = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '5' } };

export function sandboxOptions(context: CreateContext, config: SandboxConfig): ContainerCreateOptions {
  const joinsContainer = config.network === 'node' && context.networkContainer !== undefined;
  return {
    name: engineName(context, 'POD', config.metadata, config.metadata.attempt),
    Image: context.pauseImage,
    // An engine refuses a host name beside another container's network namespace, which brings its own.
    ...(joinsContainer ? {} : { Hostname: config.hostname }),
    Labels: { ...context.extraLabels, ...podLabels(context, 'sandbox', config.metadata, config) },
    HostConfig: {
      NetworkMode: sandboxNetwork(context, config.network),
      IpcMode: config.ipc === 'node' ? 'host' : 'shareable',
      LogConfig: LOG_CONFIG,
      Sysctls: config.network === 'pod' ? { ...config.sysctls } : {},
      ...(config.cgroupParent === undefined ? {} : { CgroupParent: config.cgroupParent }),
    },
  };
}

function sandboxNetwork(context: CreateContext, network: SandboxConfig['network']): string {
  if (network === 'pod') return context.podNetwork;
  return context.networkContainer === undefined ? 'host' : `container:${context.networkContainer}`;
}

export interface SandboxReference {
  readonly id: string;
  readonly metadata: SandboxConfig['metadata'];
  /** It has the machine's IPC objects: the engine does not take them from a container that has them only itself. */
  readonly sharesMachineIpc?: boolean;
}

export function containerOptions(context: CreateContext, sandbox: SandboxReference, config: ContainerConfig): ContainerCreateOptions {
  return {
    name: engineName(context, config.name, sandbox.metadata, config.attempt),
    Image: config.image,
    Labels: containerLabels(context, sandbox, config),
    Env: config.env.map(({ name, value }) => `${name}=${value}`),
    ...(config.command === undefined || config.command.length === 0 ? {} : { Entrypoint: [...config.command] }),
    ...(config.args === undefined ? {} : { Cmd: [...config.args] }),
    ...(config.workingDir === undefined || config.workingDir === '' ? {} : { WorkingDir: config.workingDir }),
    ...(config.stopSignal === undefined ? {} : { StopSignal: config.stopSignal }),
    ...userOf(config.security),
    OpenStdin: config.stdin,
    StdinOnce: config.stdinOnce,
    Tty: config.tty,
    // Probes are the kubelet's: an image's own health check would only cost execs.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: hostConfig(context, sandbox, config),
  };
}

function containerLabels(context: CreateContext, sandbox: SandboxReference, config: ContainerConfig): Record<string, string> {
  return {
    ...context.extraLabels,
    ...podLabels(context, 'container', { ...sandbox.metadata, attempt: config.attempt }, config),
    [label.container]: config.name,
    [label.sandbox]: sandbox.id,
    [label.image]: config.image,
    [label.logPath]: config.logPath,
  };
}

function userOf(security: ContainerConfig['security']): { User?: string } {
  const user = security.runAsUser ?? security.runAsUserName;
  if (user === undefined) return {};
  return { User: security.runAsGroup === undefined ? String(user) : `${user}:${security.runAsGroup}` };
}

function hostConfig(context: CreateContext, { id, sharesMachineIpc = false }: SandboxReference, config: ContainerConfig): HostConfig {
  const join = `container:${id}`;
  return {
    NetworkMode: join,
    IpcMode: sharesMachineIpc ? 'host' : join,
    ...pidMode(config, join),
    // Without a word on propagation: an engine's default is to show nothing that is mounted later, and below its own directory it takes no other wish.
    Mounts: config.mounts.map((mount) => ({ Type: 'bind', Source: context.enginePath(mount.hostPath), Target: mount.containerPath, ReadOnly: mount.readonly })),
    LogConfig: LOG_CONFIG,
    RestartPolicy: { Name: 'no' },
    ReadonlyRootfs: config.security.readonlyRootfs,
    ...(config.security.supplementalGroups === undefined ? {} : { GroupAdd: config.security.supplementalGroups.map(String) }),
    ...resourceOptions(config.resources),
    ...oomScore(context, config.resources.oomScoreAdjust),
    ...privileges(context, config.security),
  };
}

function pidMode({ pid = 'container', pidOf }: ContainerConfig, join: string): { PidMode?: string } {
  if (pidOf !== undefined) return { PidMode: `container:${pidOf}` };
  return pid === 'container' ? {} : { PidMode: pid === 'pod' ? join : 'host' };
}

/** Never `NanoCpus`: an engine refuses every later update of a container that was created with it. */
export function resourceOptions(resources: ContainerResources): HostConfig {
  return {
    ...(resources.cpuQuota === undefined || resources.cpuQuota <= 0 ? {} : { CpuQuota: resources.cpuQuota, CpuPeriod: resources.cpuPeriod ?? 100_000 }),
    ...(resources.cpuShares === undefined ? {} : { CpuShares: resources.cpuShares }),
    // Swap equal to memory means none: a pod's limit is a limit.
    ...(resources.memoryLimit === undefined || resources.memoryLimit <= 0 ? {} : { Memory: resources.memoryLimit, MemorySwap: resources.memoryLimit }),
  };
}

/** Going below the engine's own score needs SYS_RESOURCE; without it the start would fail, so such a wish becomes 0. */
function oomScore(context: CreateContext, wanted: number | undefined): HostConfig {
  if (wanted === undefined) return {};
  return { OomScoreAdj: context.capabilities.has('SYS_RESOURCE') ? wanted : Math.max(0, wanted) };
}

function privileges(context: CreateContext, security: ContainerConfig['security']): HostConfig {
  if (security.privileged) return privileged(context);
  return {
    CapAdd: fittingCapabilities(security.capabilitiesAdd, context.capabilities),
    CapDrop: security.capabilitiesDrop.map((name) => name.toUpperCase().replace(/^CAP_/, '')),
    SecurityOpt: [...(security.noNewPrivileges ? ['no-new-privileges'] : []), ...(security.seccomp === 'unconfined' ? ['seccomp=unconfined'] : [])],
  };
}

/** An engine that lacks a capability refuses `Privileged`; what it can give is put together from the parts instead. */
function privileged(context: CreateContext): HostConfig {
  if (context.capabilities.size >= ALL_CAPABILITIES.size) return { Privileged: true };
  return {
    CapAdd: nameable(context.capabilities),
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined', 'label=disable'],
    DeviceCgroupRules: ['a *:* rwm'],
    MaskedPaths: [],
    ReadonlyPaths: [],
  };
}
