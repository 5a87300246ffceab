import type { coreV1 } from '@gantry/api-types';
import { parseQuantity } from '@gantry/apimachinery';
import type { ContainerConfig, ContainerResources, Image, Mount } from '@gantry/container-runtime';
import type { EnvironmentVariable } from '../environment/environment.js';
import { ConfigError, expandAll } from '../environment/environment.js';
import { formatPod, identityOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { qosClass } from '../status/qos.js';
import { IMAGE_ANNOTATION } from './actions.js';
import { BACKOFF_ANNOTATION } from './restart.js';
import type { StartContainer } from './start-plan.js';

export interface ConfigInput {
  readonly pod: Pod;
  readonly start: StartContainer;
  readonly imageName: string;
  readonly image: Image;
  readonly environment: readonly EnvironmentVariable[];
  readonly mounts: readonly Mount[];
  readonly logPath: string;
  /** Of the container whose processes this one sees, by the runtime's id. */
  readonly target?: string | undefined;
  /** Bytes of memory of the node, for the score of who goes first when it is short. */
  readonly memoryCapacity: number;
}

/** What the runtime is told about one start of a container. Throws `ConfigError` where the pod forbids itself. */
export function containerConfig(input: ConfigInput): ContainerConfig {
  const { pod, start, environment } = input;
  const { container } = start;
  const command = expandAll(container.command, environment);
  const args = expandAll(container.args, environment);
  return {
    name: container.name,
    attempt: start.attempt,
    image: input.imageName,
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    ...(container.workingDir === undefined ? {} : { workingDir: container.workingDir }),
    env: environment,
    mounts: input.mounts,
    labels: {},
    annotations: { [BACKOFF_ANNOTATION]: String(start.followingDelay), [IMAGE_ANNOTATION]: container.image ?? '' },
    resources: containerResources(pod, container, input.memoryCapacity),
    logPath: input.logPath,
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    security: securityOf(pod, container, input.image),
    pid: pod.spec?.hostPID === true ? 'node' : pod.spec?.shareProcessNamespace === true ? 'pod' : 'container',
    ...(input.target === undefined ? {} : { pidOf: input.target }),
    ...(container.lifecycle?.stopSignal === undefined ? {} : { stopSignal: container.lifecycle.stopSignal }),
  };
}

const MIN_SHARES = 2;
const PERIOD = 100_000;
const MIN_QUOTA = 1000;

/** Requests become shares, limits a quota and a ceiling. */
export function containerResources(pod: Pod, container: Container, memoryCapacity: number): ContainerResources {
  const { limits = {}, requests = {} } = container.resources ?? {};
  const milliCpu = (text: string | undefined): number => (text === undefined ? 0 : parseQuantity(text).toMilli());
  const limit = milliCpu(limits['cpu']);
  const request = requests['cpu'] === undefined ? limit : milliCpu(requests['cpu']);
  const memory = limits['memory'] === undefined ? 0 : parseQuantity(limits['memory']).toNumber();
  return {
    cpuShares: Math.max(MIN_SHARES, Math.floor((request * 1024) / 1000)),
    ...(limit === 0 ? {} : { cpuQuota: Math.max(MIN_QUOTA, (limit * PERIOD) / 1000), cpuPeriod: PERIOD }),
    ...(memory === 0 ? {} : { memoryLimit: memory }),
    oomScoreAdjust: oomScore(pod, container, memoryCapacity),
  };
}

/** Who asked for less of the node's memory goes first. */
function oomScore(pod: Pod, container: Container, memoryCapacity: number): number {
  const qos = qosClass(pod);
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort' || memoryCapacity === 0) return 1000;
  const request = container.resources?.requests?.['memory'] ?? container.resources?.limits?.['memory'];
  const share = request === undefined ? 0 : parseQuantity(request).toNumber() / memoryCapacity;
  return Math.min(999, Math.max(3, Math.floor(1000 - 1000 * share)));
}

/** The container's own settings over the pod's. */
function securityOf(pod: Pod, container: Container, image: Image): ContainerConfig['security'] {
  const own = container.securityContext ?? {};
  const shared = pod.spec?.securityContext ?? {};
  const runAsUser = own.runAsUser ?? shared.runAsUser;
  const runAsGroup = own.runAsGroup ?? shared.runAsGroup;
  if (own.runAsNonRoot ?? shared.runAsNonRoot ?? false) refuseRoot(pod, container, runAsUser, image.user);
  const groups = [...(shared.supplementalGroups ?? []), ...(shared.fsGroup === undefined ? [] : [shared.fsGroup])];
  return {
    privileged: own.privileged === true,
    ...(runAsUser === undefined ? {} : { runAsUser }),
    // Without a user the image's stays, named as the engine takes it beside a group.
    ...(runAsUser === undefined && runAsGroup !== undefined ? { runAsUserName: image.user?.split(':')[0] ?? '0' } : {}),
    ...(runAsGroup === undefined ? {} : { runAsGroup }),
    ...(groups.length === 0 ? {} : { supplementalGroups: groups }),
    readonlyRootfs: own.readOnlyRootFilesystem === true,
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    ...seccompOf(own.seccompProfile ?? shared.seccompProfile),
    capabilitiesAdd: own.capabilities?.add ?? [],
    capabilitiesDrop: own.capabilities?.drop ?? [],
  };
}

function seccompOf(profile: coreV1.SeccompProfile | undefined): Pick<ContainerConfig['security'], 'seccomp'> {
  if (profile?.type === 'Localhost') throw new ConfigError(`seccomp profile "${profile.localhostProfile ?? ''}" of type Localhost is not supported by this kubelet`);
  return profile?.type === 'Unconfined' ? { seccomp: 'unconfined' } : {};
}

function refuseRoot(pod: Pod, container: Container, runAsUser: number | undefined, imageUser: string | undefined): void {
  const where = `(pod: "${formatPod(identityOf(pod))}", container: ${container.name})`;
  if (runAsUser === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`);
  if (runAsUser !== undefined) return;
  const user = (imageUser ?? '').split(':')[0] ?? '';
  if (user === '' || user === '0' || user === 'root') throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
  if (!/^\d+$/.test(user)) throw new ConfigError(`container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root ${where}`);
}
