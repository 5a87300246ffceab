import { describe, expect, test } from 'vitest';
import { ALL_CAPABILITIES } from '../../capabilities.js';
import type { ContainerConfig, SandboxConfig } from '../../runtime.js';
import { containerSpec } from './container-spec.js';
import type { Machine, SpecInput } from './container-spec.js';
import { changedLimits } from './resources.js';

const machine: Machine = { cgroupVersion: 1, swap: true, architecture: 'x64', capabilities: new Set([...ALL_CAPABILITIES].filter((name) => name !== 'SYS_RESOURCE')), oomScore: 0 };
const sandboxConfig: SandboxConfig = { metadata: { name: 'p', namespace: 'd', uid: 'u', attempt: 0 }, hostname: 'web', labels: {}, annotations: {}, network: 'pod' };
const unrestricted: ContainerConfig['security'] = { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] };
const config: ContainerConfig = {
  name: 'main', attempt: 0, image: 'i', env: [], mounts: [], labels: {}, annotations: {}, resources: {}, logPath: '/l', stdin: false, stdinOnce: false, tty: false, security: unrestricted,
};
const device = { path: '/dev/kmsg', type: 'c', major: 1, minor: 11, fileMode: 0o644, uid: 0, gid: 0 } as const;

function specOf(more: Partial<ContainerConfig> = {}, input: Partial<SpecInput> = {}) {
  return containerSpec({
    config: { ...config, ...more }, image: { Cmd: ['sh'] }, users: { passwd: '', group: '' }, machine, rootfs: '/r', cgroup: '/g/c', devices: [device],
    sandbox: { config: sandboxConfig, holder: 42, shm: '/shm', hostname: '/hostname' }, ...input,
  });
}
const namespaces = (more: Partial<ContainerConfig>, input?: Partial<SpecInput>) => specOf(more, input).linux.namespaces.map(({ type, path }) => (path === undefined ? type : `${type} ${path}`));

describe('the specification of a container', () => {
  test('it joins its sandbox and has processes and files of its own', () => {
    expect(namespaces({})).toEqual(['mount', 'ipc /proc/42/ns/ipc', 'uts /proc/42/ns/uts', 'network /proc/42/ns/net', 'pid']);
  });

  test.each<[string, Partial<ContainerConfig>, Partial<SpecInput>, string | undefined]>([
    ['of the pod', { pid: 'pod' }, {}, 'pid /proc/42/ns/pid'],
    ['of the machine', { pid: 'node' }, {}, undefined],
    ['of another container', { pidOf: 'other' }, { pidOf: 77 }, 'pid /proc/77/ns/pid'],
  ])('processes can be those %s', (_, more, input, expected) => {
    expect(namespaces(more, input).find((each) => each.startsWith('pid'))).toBe(expected);
  });

  test("in the node's network it is where it is started, and only control groups of version 2 are hidden", () => {
    const sandbox = { config: { ...sandboxConfig, network: 'node' as const }, holder: 42, shm: '', hostname: '' };
    expect(namespaces({}, { sandbox }).some((each) => each.startsWith('network'))).toBe(false);
    expect(namespaces({}, { machine: { ...machine, cgroupVersion: 2 } })).toContain('cgroup');
  });

  test.each<[string, ContainerConfig['resources'], boolean, object]>([
    ['nothing', {}, true, {}],
    ['shares alone', { cpuShares: 2 }, true, { cpu: { shares: 2 } }],
    ['a quota', { cpuQuota: 50_000 }, true, { cpu: { quota: 50_000, period: 100_000 } }],
    ['memory, and no swap', { memoryLimit: 1024 }, true, { memory: { limit: 1024, swap: 1024 } }],
    ['memory where swap is not counted', { memoryLimit: 1024 }, false, { memory: { limit: 1024 } }],
    ['limits of 0, which are none', { memoryLimit: 0, cpuQuota: 0 }, true, {}],
  ])('limits: %s', (_, resources, swap, expected) => {
    const { devices, ...limits } = specOf({ resources }, { machine: { ...machine, swap } }).linux.resources;
    expect(devices).toEqual([{ allow: false, access: 'rwm' }]);
    expect(limits).toEqual(expected);
  });

  test('a change takes away what is not limited any more', () => {
    expect(changedLimits({ cpuShares: 5 }, { swap: true })).toEqual({ cpu: { quota: -1, period: 100_000, shares: 5 }, memory: { limit: -1, swap: -1 } });
    expect(changedLimits({ cpuQuota: 10, memoryLimit: 7 }, { swap: false })).toEqual({ cpu: { quota: 10, period: 100_000 }, memory: { limit: 7 } });
  });

  test.each<[number | undefined, Partial<Machine>, number | undefined]>([
    [-997, {}, 0],
    [-997, { oomScore: 100 }, 100],
    [-997, { capabilities: ALL_CAPABILITIES }, -997],
    [1000, {}, 1000],
    [undefined, {}, undefined],
  ])('a score of %j on %j is %j', (oomScoreAdjust, more, expected) => {
    expect(specOf({ resources: oomScoreAdjust === undefined ? {} : { oomScoreAdjust } }, { machine: { ...machine, ...more } }).process.oomScoreAdj).toBe(expected);
  });

  test('only a privileged container has the devices of the machine, all that can be given, and nothing hidden', () => {
    const privileged = specOf({ security: { ...unrestricted, privileged: true } });
    expect(privileged.linux).toMatchObject({ devices: [device], maskedPaths: [], readonlyPaths: [], resources: { devices: [{ allow: true, type: 'a', access: 'rwm' }] } });
    expect(privileged.linux.seccomp).toBeUndefined();
    expect(privileged.process.capabilities.bounding).toHaveLength(machine.capabilities.size);
    expect(specOf().linux).toMatchObject({ maskedPaths: expect.arrayContaining(['/proc/kcore']) as string[], readonlyPaths: expect.arrayContaining(['/proc/sys']) as string[], seccomp: { defaultAction: 'SCMP_ACT_ERRNO' } });
    expect(specOf().linux.devices).toBeUndefined();
  });
});
