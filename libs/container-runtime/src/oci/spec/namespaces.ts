import type { SpecNamespace } from './runtime-spec.js';

export interface NamespaceChoice {
  /** A process whose namespaces the sandbox's are. */
  readonly holder: number;
  /** `node`: the network that this process is in is joined without a word. */
  readonly network: 'pod' | 'node';
  readonly pid: 'container' | 'pod' | 'node';
  /** Instead of `pid`: a process of the container whose processes are to be seen. */
  readonly pidOf?: number;
  readonly cgroupVersion: 1 | 2;
}

export function containerNamespaces({ holder, network, pid, pidOf, cgroupVersion }: NamespaceChoice): SpecNamespace[] {
  const joined = (type: SpecNamespace['type'], file: string, process = holder): SpecNamespace => ({ type, path: `/proc/${process}/ns/${file}` });
  const ownProcesses: SpecNamespace[] = pid === 'container' ? [{ type: 'pid' }] : pid === 'pod' ? [joined('pid', 'pid')] : [];
  return [
    { type: 'mount' },
    joined('ipc', 'ipc'),
    joined('uts', 'uts'),
    ...(network === 'pod' ? [joined('network', 'net')] : []),
    ...(pidOf === undefined ? ownProcesses : [joined('pid', 'pid', pidOf)]),
    ...(cgroupVersion === 2 ? [{ type: 'cgroup' } as const] : []),
  ];
}
