import { describe, expect, test } from 'vitest';
import { defaultSeccomp } from './seccomp.js';
import type { SpecSeccomp } from './runtime-spec.js';

/** What the profile says to a call with this first argument. */
function verdict(profile: SpecSeccomp | undefined, name: string, argument = 0): string {
  for (const { names, action, args = [], errnoRet } of profile?.syscalls ?? []) {
    if (!names.includes(name)) continue;
    const applies = args.every(({ op, value, valueTwo = 0 }) => (op === 'SCMP_CMP_EQ' ? argument === value : op === 'SCMP_CMP_LT' ? argument < value : (argument & value) === valueTwo));
    if (applies) return action === 'SCMP_ACT_ALLOW' ? 'allowed' : `error ${errnoRet ?? ''}`;
  }
  return `error ${profile?.defaultErrnoRet ?? ''}`;
}

const usual = defaultSeccomp(new Set(['CHOWN', 'SYS_CHROOT']), 'x64');
const admin = defaultSeccomp(new Set(['SYS_ADMIN']), 'x64');
const CLONE_NEWUSER = 0x10000000;
const AF = { INET: 2, NETLINK: 16, ALG: 38, VSOCK: 40, XDP: 44 };

describe('the default filter of system calls', () => {
  test.each<[string, string, number | undefined, string]>([
    ['files are opened', 'openat', undefined, 'allowed'],
    ['programs are run', 'execve', undefined, 'allowed'],
    ['threads are made', 'clone', 0x3d0f00, 'allowed'],
    ['namespaces are not', 'clone', CLONE_NEWUSER, 'error 1'],
    ['and clone3, which hides its flags, is said not to be there', 'clone3', undefined, 'error 38'],
    ['nothing is mounted', 'mount', undefined, 'error 1'],
    ['no key is kept', 'keyctl', undefined, 'error 1'],
    ['no module is loaded', 'init_module', undefined, 'error 1'],
    ['the machine is not restarted', 'reboot', undefined, 'error 1'],
    ['no other process is traced through its file descriptors', 'pidfd_getfd', undefined, 'error 1'],
    ['chroot needs its capability, and has it', 'chroot', undefined, 'allowed'],
    ['sockets of the internet', 'socket', AF.INET, 'allowed'],
    ['and of the kernel', 'socket', AF.NETLINK, 'allowed'],
    ['and newer ones', 'socket', AF.XDP, 'allowed'],
    ['but none to the hypervisor', 'socket', AF.VSOCK, 'error 1'],
    ["and none to the kernel's ciphers", 'socket', AF.ALG, 'error 1'],
    ['an old personality', 'personality', 8, 'allowed'],
    ['and no odd one', 'personality', 0x400000, 'error 1'],
    ['what nobody has heard of', 'frobnicate', undefined, 'error 1'],
  ])('%s', (_, name, argument, expected) => {
    expect(verdict(usual, name, argument)).toBe(expected);
  });

  test.each(['mount', 'clone3', 'bpf', 'setns'])('who may administer the system may call %s', (name) => {
    expect(verdict(admin, name, CLONE_NEWUSER)).toBe('allowed');
    expect(verdict(admin, 'clone', CLONE_NEWUSER)).toBe('allowed');
  });

  test('each family of processors has its own calls, and none is filtered that is not known', () => {
    expect(verdict(usual, 'arch_prctl')).toBe('allowed');
    expect(verdict(defaultSeccomp(new Set(), 'arm64'), 'arch_prctl')).toBe('error 1');
    expect(defaultSeccomp(new Set(), 'pdp11')).toBeUndefined();
  });
});
