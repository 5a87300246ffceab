import { describe, expect, it } from 'vitest';
import { ClusterError, type RuntimeChoice, type RuntimeName } from '../options.js';
import type { OciPrograms } from '../programs/programs.js';
import { examineMachine, type Facts } from './machine.js';

const ENGINE = { version: '27.0', cpus: 2, memoryBytes: 1, operatingSystem: 'Debian', kernelVersion: '6' };
const PROGRAMS: OciPrograms = { runtime: { name: 'crun', path: '/usr/bin/crun', version: '1.8' }, conmon: { name: 'conmon', path: '/usr/bin/conmon', version: '2.1' } };
const CANNOT = new ClusterError('pods without a Docker engine need crun, which cannot be installed: no network', 'type: apt-get install crun');
const GOOD: Facts = {
  platform: 'linux', isRoot: true, dockerHost: undefined, hasProgram: () => true,
  describeEngine: () => Promise.resolve(ENGINE), ensurePrograms: () => Promise.resolve(PROGRAMS),
};
const examine = (choice: RuntimeChoice, facts: Facts, former?: RuntimeName) => examineMachine(choice, { facts, former });

describe('looking at the machine', () => {
  it('finds Docker on Linux as root', async () => {
    expect(await examine('auto', GOOD)).toEqual({ runtime: 'docker', socketPath: '/var/run/docker.sock', engine: ENGINE });
  });

  it('takes the socket that DOCKER_HOST names', async () => {
    expect(await examine('auto', { ...GOOD, dockerHost: 'unix:///run/other.sock' })).toMatchObject({ socketPath: '/run/other.sock' });
  });

  const noEngine: [string, Partial<Facts>, string][] = [
    ['no engine', { describeEngine: () => Promise.resolve(undefined) }, 'no Docker engine answers at /var/run/docker.sock'],
    ['an engine on another machine', { dockerHost: 'tcp://10.0.0.1:2375' }, 'DOCKER_HOST names an engine on another machine (tcp://10.0.0.1:2375)'],
    ['a missing program', { hasProgram: (name) => name !== 'ip' }, 'ip (packages util-linux and iproute2) cannot be found'],
  ];
  it.each(noEngine)('goes without an engine with %s, and says why', async (_name, facts, reason) => {
    expect(await examine('auto', { ...GOOD, ...facts })).toEqual({ runtime: 'oci', programs: PROGRAMS, reason });
    await expect(examine('docker', { ...GOOD, ...facts })).rejects.toThrow(`pods cannot run on Docker here: ${reason}`);
  });

  const nothing: [string, Partial<Facts>, string][] = [
    ['an engine in a virtual machine', { platform: 'darwin' }, 'the Docker engine runs in a virtual machine, which this version cannot enter; pods without a Docker engine need Linux'],
    ['no right', { isRoot: false }, "Gantry does not run as root, so it cannot enter the nodes' network namespaces; pods without a Docker engine need root"],
    [
      'programs that cannot be had', { describeEngine: () => Promise.resolve(undefined), ensurePrograms: () => Promise.reject(CANNOT) },
      'no Docker engine answers at /var/run/docker.sock; pods without a Docker engine need crun, which cannot be installed: no network (type: apt-get install crun)',
    ],
  ];
  it.each(nothing)('is hollow with %s, and says why', async (_name, facts, reason) => {
    expect(await examine('auto', { ...GOOD, ...facts })).toEqual({ runtime: 'hollow', reason });
    await expect(examine('oci', { ...GOOD, ...facts })).rejects.toThrow(reason.split('; ')[1]?.split(' (type')[0]);
  });

  it('stays without an engine where it was, unless it is told otherwise', async () => {
    expect(await examine('auto', GOOD, 'oci')).toMatchObject({ runtime: 'oci', reason: 'the cluster had its containers without one' });
    expect(await examine('docker', GOOD, 'oci')).toMatchObject({ runtime: 'docker' });
    expect(await examine('auto', GOOD, 'hollow')).toMatchObject({ runtime: 'docker' });
  });

  it('is what it is asked to be', async () => {
    expect(await examine('hollow', GOOD)).toEqual({ runtime: 'hollow', reason: 'asked for with --runtime hollow' });
    expect(await examine('oci', GOOD)).toEqual({ runtime: 'oci', programs: PROGRAMS, reason: 'asked for with --runtime oci' });
  });
});
