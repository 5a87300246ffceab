import { describe, expect, it } from 'vitest';
import { podResolvConf, reachableResolvers } from './resolvers.js';

const DNS = '10.96.0.10';

describe('the resolver of pods that resolve as their node', () => {
  it.each([
    ['is the one of the machine', ['search a.example\nnameserver 192.0.2.53\n'], 'search a.example\nnameserver 192.0.2.53\n'],
    ['is never one that only the machine reaches', ['nameserver 127.0.0.1\nnameserver 192.0.2.53\n'], 'nameserver 192.0.2.53\n'],
    ['is the one behind systemd-resolved', ['nameserver 127.0.0.53\noptions edns0\n', '# real\nnameserver 192.0.2.1\n'], '# real\nnameserver 192.0.2.1\n'],
    ['is the cluster where the machine asks a program of its own', ['search a.example\nnameserver ::1\n', ''], `nameserver ${DNS}\nsearch a.example\n`],
    ['is the cluster where nothing is known', ['', ''], `nameserver ${DNS}\n`],
  ])('%s', (_, texts, expected) => {
    expect(podResolvConf(texts, DNS)).toBe(expected);
  });
});

describe('whom a node without an engine asks', () => {
  it.each([
    ['is whom the machine asks', ['nameserver 2001:db8::53\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n', ''], ['192.0.2.53', '192.0.2.54']],
    ['is whom systemd-resolved asks', ['nameserver 127.0.0.53\n', 'nameserver 192.0.2.1\n'], ['192.0.2.1']],
    ['is nobody where the machine asks a program of its own', ['nameserver 127.0.0.1\nnameserver ::1\n', ''], []],
  ])('%s', (_, texts, expected) => {
    expect(reachableResolvers(texts)).toEqual(expected);
  });
});
