import { describe, expect, test } from 'vitest';
import { testPod } from '../kubelet-harness.suite.js';
import { hostPortRules, hostPortsOf } from './host-port-rules.js';
import type { HostPort } from './host-port-rules.js';

const port = (more: Partial<HostPort> = {}): HostPort => ({ protocol: 'tcp', hostIp: '', hostPort: 80, containerPort: 8080, ...more });
const elementsOf = (rules: string): string => /map ports .*elements = \{ (.*?) \}; \}/.exec(rules)?.[1] ?? '';

describe('the host ports of a pod', () => {
  test('are those of its containers and sidecars', () => {
    const pod = testPod('web', {
      initContainers: [
        { name: 'once', image: 'i', ports: [{ containerPort: 1, hostPort: 1 }] },
        { name: 'side', image: 'i', restartPolicy: 'Always', ports: [{ containerPort: 53, hostPort: 53, protocol: 'UDP', hostIP: '192.0.2.1' }] },
      ],
      containers: [{ name: 'main', image: 'i', ports: [{ containerPort: 8080, hostPort: 80, hostIP: '0.0.0.0' }, { containerPort: 9090 }] }],
    });
    expect(hostPortsOf(pod)).toEqual([port({ protocol: 'udp', hostIp: '192.0.2.1', hostPort: 53, containerPort: 53 }), port()]);
    expect(hostPortsOf({ ...pod, spec: { ...pod.spec, containers: pod.spec?.containers ?? [], hostNetwork: true } })).toEqual([]);
  });
});

describe('the rules of host ports', () => {
  test.each([
    ['lead from all addresses of the node', [port()], '192.0.2.1 . tcp . 80 : 10.244.0.2 . 8080, 127.0.0.1 . tcp . 80 : 10.244.0.2 . 8080'],
    ['lead from one address', [port({ hostIp: '127.0.0.1' })], '127.0.0.1 . tcp . 80 : 10.244.0.2 . 8080'],
    ['leave out what is not of IPv4', [port({ hostIp: '2001:db8::1' })], ''],
    ['take nothing that goes elsewhere, or to cluster DNS', [port({ hostIp: '198.51.100.7' }), port({ hostIp: '10.96.0.10', protocol: 'udp', hostPort: 53 })], ''],
  ])('%s', (_, ports, elements) => {
    expect(elementsOf(hostPortRules([{ address: '10.244.0.2', ports }], ['192.0.2.1']))).toBe(elements);
  });

  test('give a port to the later of two', () => {
    const pods = ['10.244.0.2', '10.244.0.3'].map((address) => ({ address, ports: [port({ hostIp: '192.0.2.1' })] }));
    expect(elementsOf(hostPortRules(pods, ['192.0.2.1']))).toBe('192.0.2.1 . tcp . 80 : 10.244.0.3 . 8080');
  });

  test('are none without a port', () => {
    expect(hostPortRules([], ['192.0.2.1'])).toBe('add table ip gantry-host-ports\ndelete table ip gantry-host-ports\n');
  });
});
