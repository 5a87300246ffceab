import { describe, expect, it } from 'vitest';
import { examineMachine, type Facts } from './machine.js';

const ENGINE = { version: '27.0', cpus: 2, memoryBytes: 1, operatingSystem: 'Debian', kernelVersion: '6' };
const GOOD: Facts = { platform: 'linux', isRoot: true, dockerHost: undefined, hasProgram: () => true, describeEngine: () => Promise.resolve(ENGINE) };

describe('looking at the machine', () => {
  it('finds Docker on Linux as root', async () => {
    expect(await examineMachine('auto', GOOD)).toEqual({ runtime: 'docker', socketPath: '/var/run/docker.sock', engine: ENGINE });
  });

  it('takes the socket that DOCKER_HOST names', async () => {
    expect(await examineMachine('auto', { ...GOOD, dockerHost: 'unix:///run/other.sock' })).toMatchObject({ socketPath: '/run/other.sock' });
  });

  const bad: [string, Partial<Facts>, string][] = [
    ['no engine', { describeEngine: () => Promise.resolve(undefined) }, 'no Docker engine answers at /var/run/docker.sock'],
    ['an engine on another machine', { dockerHost: 'tcp://10.0.0.1:2375' }, 'DOCKER_HOST names an engine on another machine (tcp://10.0.0.1:2375)'],
    ['an engine in a virtual machine', { platform: 'darwin' }, 'the Docker engine runs in a virtual machine, which this version cannot enter'],
    ['no right', { isRoot: false }, "Gantry does not run as root, so it cannot enter the nodes' network namespaces"],
    ['a missing program', { hasProgram: (name) => name !== 'ip' }, 'ip (packages util-linux and iproute2) cannot be found'],
  ];
  it.each(bad)('is hollow with %s, and says why', async (_name, facts, reason) => {
    expect(await examineMachine('auto', { ...GOOD, ...facts })).toEqual({ runtime: 'hollow', reason });
    await expect(examineMachine('docker', { ...GOOD, ...facts })).rejects.toThrow(`pods cannot run on Docker here: ${reason}`);
  });

  it('is hollow when asked to be', async () => {
    expect(await examineMachine('hollow', GOOD)).toEqual({ runtime: 'hollow', reason: 'asked for with --runtime hollow' });
  });
});
