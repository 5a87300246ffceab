import { expect, test } from 'vitest';
import { sandboxSysctls } from './sysctls.js';

test('a network of its own has low ports and pings for everybody, where the pod does not say otherwise', () => {
  expect([...sandboxSysctls({ network: 'pod', sysctls: { 'net.ipv4.ip_unprivileged_port_start': '1024', 'kernel.shmmax': '5' } })]).toEqual([
    ['net/ipv4/ip_unprivileged_port_start', '1024'], ['net/ipv4/ping_group_range', '0 2147483647'], ['kernel/shmmax', '5'],
  ]);
  expect([...sandboxSysctls({ network: 'node' })]).toEqual([]);
});

test('a slash in a name is a dot of its path', () => {
  expect([...sandboxSysctls({ network: 'pod', sysctls: { 'net.ipv4.conf.eth0/100.forwarding': '1' } }).keys()]).toContain('net/ipv4/conf/eth0.100/forwarding');
  expect([...sandboxSysctls({ network: 'pod', sysctls: { 'net/core/somaxconn': '1' } }).keys()]).toContain('net/core/somaxconn');
});

test.each<[string, 'pod' | 'node', string]>([
  ['vm.swappiness', 'pod', 'sysctl "vm.swappiness" is not in a separate kernel namespace'],
  ['kernel.panic', 'pod', 'sysctl "kernel.panic" is not in a separate kernel namespace'],
  ['net.core.somaxconn', 'node', 'sysctl "net.core.somaxconn" not allowed in host network namespace'],
  ['net..x', 'pod', '"net..x" is not a sysctl'],
  ['net.ipv4/../../kernel.panic', 'pod', 'is not a sysctl'],
])('%s is refused in the network of the %s', (name, network, message) => {
  expect(() => sandboxSysctls({ network, sysctls: { [name]: '1' } })).toThrow(message);
});

test("the machine's objects are not set by a pod that has them", () => {
  expect(() => sandboxSysctls({ network: 'pod', ipc: 'node', sysctls: { 'kernel.shmmax': '1' } })).toThrow('sysctl "kernel.shmmax" not allowed in host ipc namespace');
});
