import type { coreV1 } from '@gantry/api-types';
import { describe, expect, test } from 'vitest';
import { containerConfig, containerResources } from './container-config.js';

const GI = 2 ** 30;

function config(container: Partial<coreV1.Container>, spec: Partial<coreV1.PodSpec> = {}, user?: string) {
  const main: coreV1.Container = { name: 'main', image: 'web', ...container };
  return containerConfig({
    pod: { metadata: { name: 'p', namespace: 'd', uid: 'u' }, spec: { containers: [main], ...spec } },
    start: { container: main, attempt: 2, followingDelay: 20_000 },
    imageName: 'web:latest', image: { id: 'sha256:1', repoTags: [], repoDigests: [], size: 1, ...(user === undefined ? {} : { user }) },
    environment: [{ name: 'WHO', value: 'world' }], mounts: [], logPath: '/log', memoryCapacity: 8 * GI,
  });
}

const resources = (container: Partial<coreV1.Container>) => {
  const main: coreV1.Container = { name: 'main', image: 'web', ...container };
  return containerResources({ spec: { containers: [main] } }, main, 8 * GI);
};

describe('the configuration of a container', () => {
  test('has command and arguments with variables in place, and what must survive the kubelet', () => {
    expect(config({ command: ['echo'], args: ['hello $(WHO)'] })).toMatchObject({
      command: ['echo'], args: ['hello world'], image: 'web:latest', attempt: 2, annotations: { 'io.gantry.restart-delay': '20000', 'io.gantry.spec-image': 'web' },
    });
  });

  test.each<[string, Partial<coreV1.Container>, object]>([
    ['nothing asked', {}, { cpuShares: 2, oomScoreAdjust: 1000 }],
    ['requests', { resources: { requests: { cpu: '250m', memory: '2Gi' } } }, { cpuShares: 256, oomScoreAdjust: 750 }],
    ['limits', { resources: { limits: { cpu: '500m', memory: '128Mi' } } }, { cpuShares: 512, cpuQuota: 50_000, cpuPeriod: 100_000, memoryLimit: 128 * 2 ** 20, oomScoreAdjust: -997 }],
    ['a limit below what can be set', { resources: { limits: { cpu: '1m' } } }, { cpuShares: 2, cpuQuota: 1000, cpuPeriod: 100_000, oomScoreAdjust: 999 }],
  ])('%s become shares, quotas and a score', (_, container, expected) => {
    expect(resources(container)).toEqual(expected);
  });

  test('the own security settings win over those of the pod', () => {
    const shared: Partial<coreV1.PodSpec> = { securityContext: { runAsUser: 1000, runAsGroup: 2000, fsGroup: 3000, supplementalGroups: [4000] } };
    expect(config({ securityContext: { runAsUser: 7, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] } } }, shared).security).toEqual({
      privileged: false, runAsUser: 7, runAsGroup: 2000, supplementalGroups: [4000, 3000], readonlyRootfs: true, noNewPrivileges: true, capabilitiesAdd: ['NET_ADMIN'], capabilitiesDrop: ['ALL'],
    });
  });

  test('asks for no filter of system calls only where the pod or, before it, the container says so', () => {
    const unconfined: Partial<coreV1.PodSpec> = { securityContext: { seccompProfile: { type: 'Unconfined' } } };
    expect(config({}, unconfined).security.seccomp).toBe('unconfined');
    expect(config({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }, unconfined).security.seccomp).toBeUndefined();
    expect(() => config({ securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'x.json' } } })).toThrow('not supported by this kubelet');
  });

  test.each<[string, coreV1.SecurityContext, string | undefined, string]>([
    ['an image of root', {}, undefined, 'container has runAsNonRoot and image will run as root (pod: "p_d(u)", container: main)'],
    ['the user root', { runAsUser: 0 }, '1000', `container's runAsUser breaks non-root policy (pod: "p_d(u)", container: main)`],
    ['an image of a named user', {}, 'web', 'container has runAsNonRoot and image has non-numeric user (web), cannot verify user is non-root (pod: "p_d(u)", container: main)'],
  ])('refuses %s where root is not allowed', (_, own, user, message) => {
    expect(() => config({ securityContext: { runAsNonRoot: true, ...own } }, {}, user)).toThrow(message);
  });

  test('allows an image of a numbered user there', () => {
    expect(config({}, { securityContext: { runAsNonRoot: true } }, '1000:1000').security.runAsUser).toBeUndefined();
  });

  test.each<[Partial<coreV1.PodSpec>, string]>([[{}, 'container'], [{ shareProcessNamespace: true }, 'pod'], [{ hostPID: true }, 'node']])('%j sees the processes of its %s', (spec, pid) => {
    expect(config({}, spec).pid).toBe(pid);
  });
});
