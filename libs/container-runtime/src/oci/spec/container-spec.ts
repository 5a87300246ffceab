import type { ContainerDefaults } from '@gantry/container-images';
import type { ContainerConfig, SandboxConfig } from '../../runtime.js';
import { containerCapabilities, specCapabilities } from './capabilities.js';
import { containerMounts } from './mounts.js';
import { containerNamespaces } from './namespaces.js';
import { MASKED_PATHS, READONLY_PATHS } from './paths.js';
import { processArgs, processEnvironment, workingDirectory } from './process.js';
import { containerLimits, oomScore } from './resources.js';
import type { Accounting } from './resources.js';
import type { RuntimeSpec, SpecDevice, SpecDeviceRule, SpecProcess, SpecResources } from './runtime-spec.js';
import { defaultSeccomp } from './seccomp.js';
import { resolveUser } from './users.js';
import type { UserFiles } from './users.js';

/** What this machine, and this process on it, can give. */
export interface Machine extends Accounting {
  readonly cgroupVersion: 1 | 2;
  /** As Node names it: `x64`, `arm64`. */
  readonly architecture: string;
  /** Those that this process may give away, without `CAP_`. */
  readonly capabilities: ReadonlySet<string>;
  /** Its own score of who goes first when memory is short. */
  readonly oomScore: number;
}

export interface SpecInput {
  readonly config: ContainerConfig;
  readonly image: ContainerDefaults;
  readonly users: UserFiles;
  readonly machine: Machine;
  readonly sandbox: { readonly config: SandboxConfig; readonly holder: number; readonly shm: string; readonly hostname: string };
  /** A process of the container that `config.pidOf` names. */
  readonly pidOf?: number;
  readonly rootfs: string;
  readonly cgroup: string;
  /** Those of the machine, for privileged containers. */
  readonly devices: readonly SpecDevice[];
}

const OCI_VERSION = '1.0.2';

/** The runtime specification of a container. Throws `invalid` for what a pod or its image asks and cannot have. */
export function containerSpec(input: SpecInput): RuntimeSpec {
  const { config, machine, sandbox, rootfs, cgroup, devices } = input;
  const { privileged, readonlyRootfs } = config.security;
  const capabilities = containerCapabilities(config.security, machine.capabilities);
  const isFiltered = !privileged && config.security.seccomp !== 'unconfined';
  const seccomp = isFiltered ? defaultSeccomp(new Set(capabilities), machine.architecture) : undefined;
  return {
    ociVersion: OCI_VERSION,
    process: specProcess(input, capabilities),
    root: { path: rootfs, readonly: readonlyRootfs },
    mounts: containerMounts({ shm: sandbox.shm, hostname: sandbox.hostname, privileged, readonlyRootfs }, config.mounts),
    linux: {
      namespaces: containerNamespaces({ holder: sandbox.holder, network: sandbox.config.network, pid: config.pid ?? 'container', ...(input.pidOf === undefined ? {} : { pidOf: input.pidOf }), cgroupVersion: machine.cgroupVersion }),
      cgroupsPath: cgroup,
      resources: specResources(config, machine),
      ...(privileged ? { devices } : {}),
      ...(seccomp === undefined ? {} : { seccomp }),
      maskedPaths: privileged ? [] : MASKED_PATHS,
      readonlyPaths: privileged ? [] : READONLY_PATHS,
    },
  };
}

function specProcess({ config, image, users, machine, sandbox }: SpecInput, capabilities: readonly string[]): SpecProcess {
  const score = oomScore(config.resources.oomScoreAdjust, machine.oomScore, machine.capabilities.has('SYS_RESOURCE'));
  return {
    terminal: config.tty,
    user: resolveUser({ ...config.security, image: image.User ?? '' }, users),
    args: processArgs(config, image),
    env: processEnvironment(config, image, sandbox.config.hostname),
    cwd: workingDirectory(config, image),
    capabilities: specCapabilities(capabilities),
    noNewPrivileges: config.security.noNewPrivileges,
    ...(score === undefined ? {} : { oomScoreAdj: score }),
  };
}

/** The runtime itself adds the devices that every container has. */
function specResources({ resources, security }: ContainerConfig, machine: Machine): SpecResources {
  const rule: SpecDeviceRule = security.privileged ? { allow: true, type: 'a', access: 'rwm' } : { allow: false, access: 'rwm' };
  return { devices: [rule], ...containerLimits(resources, machine) };
}
