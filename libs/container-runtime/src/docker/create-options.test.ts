import { describe, expect, test } from 'vitest';
import type { ContainerConfig, SandboxConfig } from '../runtime.js';
import { ALL_CAPABILITIES, capabilitiesOf } from '../capabilities.js';
import { fittingCapabilities, nameable } from './capabilities.js';
import { containerOptions, sandboxOptions } from './create-options.js';
import type { CreateContext } from './create-options.js';

const limited = new Set([...ALL_CAPABILITIES].filter((name) => name !== 'SYS_RESOURCE'));
const context: CreateContext = { cluster: 'c', node: 'n', capabilities: limited, podNetwork: 'none', pauseImage: 'pause', extraLabels: { 'com.docker.compose.project': 'p' }, enginePath: (path) => path };
const metadata = { name: 'web', namespace: 'default', uid: 'u1', attempt: 2 };
const sandbox: SandboxConfig = { metadata, hostname: 'web', labels: {}, annotations: {}, network: 'pod' };

function container(more: Partial<ContainerConfig> = {}): ContainerConfig {
  return {
    name: 'main', attempt: 3, image: 'busybox', env: [{ name: 'A', value: 'b=c' }], mounts: [], labels: {}, annotations: {}, resources: {}, logPath: '/l', stdin: false, stdinOnce: false, tty: false,
    security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] },
    ...more,
  };
}
const made = (more: Partial<ContainerConfig> = {}) => containerOptions(context, { id: 'sb', metadata }, container(more));
const bound = (enginePath: CreateContext['enginePath']) => containerOptions({ ...context, enginePath }, { id: 'sb', metadata }, container({ mounts: [{ hostPath: '/data/a', containerPath: '/a', readonly: true }] })).HostConfig?.Mounts;
const secured = (security: Partial<ContainerConfig['security']>) => made({ security: { ...container().security, ...security } }).HostConfig;

describe('a sandbox', () => {
  test('of its own has no network and its host name', () => {
    expect(sandboxOptions(context, sandbox)).toMatchObject({ Hostname: 'web', HostConfig: { NetworkMode: 'none', IpcMode: 'shareable' }, Labels: { 'com.docker.compose.project': 'p', 'io.gantry.attempt': '2' } });
  });
  test('of the node joins the machine, or the container that is the node, without a host name', () => {
    expect(sandboxOptions(context, { ...sandbox, network: 'node' }).HostConfig?.NetworkMode).toBe('host');
    const joined = sandboxOptions({ ...context, networkContainer: 'abc' }, { ...sandbox, network: 'node' });
    expect(joined.HostConfig?.NetworkMode).toBe('container:abc');
    expect(joined.Hostname).toBeUndefined();
  });
});

describe('a container', () => {
  test('joins its sandbox, keeps processes of its own, and is never restarted by the engine', () => {
    expect(made().HostConfig).toMatchObject({ NetworkMode: 'container:sb', IpcMode: 'container:sb', RestartPolicy: { Name: 'no' } });
    expect(made().HostConfig?.PidMode).toBeUndefined();
    expect(made({ pid: 'pod' }).HostConfig?.PidMode).toBe('container:sb');
    expect(made({ pid: 'node' }).HostConfig?.PidMode).toBe('host');
  });
  test('has its restart in its name and labels', () => {
    expect(made().name).toBe('gantry_c_n_main_default_web_u1_3');
    expect(made().Labels).toMatchObject({ 'io.gantry.attempt': '3', 'io.gantry.container.name': 'main', 'io.gantry.sandbox.id': 'sb', 'io.gantry.pod.uid': 'u1' });
  });
  test('without command and arguments leaves both to the image', () => {
    expect(made()).not.toHaveProperty('Entrypoint');
    expect(made()).not.toHaveProperty('Cmd');
    expect(made({ command: ['a'], args: ['b'] })).toMatchObject({ Entrypoint: ['a'], Cmd: ['b'] });
  });
  test('is limited by quota, never by NanoCpus, and has no swap', () => {
    const limits = made({ resources: { cpuQuota: 50_000, cpuShares: 102, memoryLimit: 1024 } }).HostConfig;
    expect(limits).toMatchObject({ CpuQuota: 50_000, CpuPeriod: 100_000, CpuShares: 102, Memory: 1024, MemorySwap: 1024 });
    expect(limits).not.toHaveProperty('NanoCpus');
  });
  test('asks for no score below the engine where the engine may not give it', () => {
    expect(made({ resources: { oomScoreAdjust: -997 } }).HostConfig?.OomScoreAdj).toBe(0);
    expect(made({ resources: { oomScoreAdjust: 1000 } }).HostConfig?.OomScoreAdj).toBe(1000);
  });
  test('binds what the engine sees under another name by that', () => {
    expect(bound((path) => `/volumes${path}`)).toMatchObject([{ Source: '/volumes/data/a', Target: '/a', ReadOnly: true }]);
  });
  test('that is privileged gets the parts of it that the engine has', () => {
    expect(secured({ privileged: true })).toMatchObject({ CapAdd: nameable(limited), MaskedPaths: [] });
    expect(secured({ privileged: true })).not.toHaveProperty('Privileged');
    const whole = containerOptions({ ...context, capabilities: ALL_CAPABILITIES }, { id: 'sb', metadata }, container({ security: { ...container().security, privileged: true } }));
    expect(whole.HostConfig?.Privileged).toBe(true);
  });
  test('has user and group as asked', () => {
    expect(made({ security: { ...container().security, runAsUser: 0, runAsGroup: 5 } }).User).toBe('0:5');
    expect(made()).not.toHaveProperty('User');
  });
});

test('ALL is what there is, and names lose their prefix', () => {
  expect(fittingCapabilities(['ALL'], limited)).toEqual(nameable(limited));
  expect(nameable(limited)).not.toContain('SYS_RESOURCE');
  expect(fittingCapabilities(['all'], ALL_CAPABILITIES)).toEqual(['ALL']);
  expect(fittingCapabilities(['CAP_NET_ADMIN'], limited)).toEqual(['NET_ADMIN']);
});

test('a mask is read by its bits', () => {
  expect([...capabilitiesOf('0000000000000401')]).toEqual(['CHOWN', 'NET_BIND_SERVICE']);
  expect(capabilitiesOf('000001fffeffffff').has('SYS_RESOURCE')).toBe(false);
});
