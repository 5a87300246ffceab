import type { SpecSeccomp, SpecSyscallArgument, SpecSyscalls } from './runtime-spec.js';
import { allowedCalls } from './syscalls.js';

/** The numbers of EPERM and ENOSYS. */
const NOT_PERMITTED = 1;
const NOT_KNOWN = 38;

const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  // Without x32, which hardly a kernel has: a family of processors more makes every start 5 ms longer.
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  riscv64: ['SCMP_ARCH_RISCV64'],
  s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
  ppc64: ['SCMP_ARCH_PPC64LE'],
};

/** All flags of `clone` that make a namespace: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const NEW_NAMESPACES = 0x7e020000;

/** Values of `personality`: Linux, its 32 bits, both without randomised addresses, and the question what it is. */
const PERSONALITIES = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff];

/** Address families that reach out of every namespace: AF_ALG (kernel's ciphers) and AF_VSOCK (the hypervisor). */
const CLOSED_FAMILIES = [38, 40];
const LAST_FAMILY = 45;

/**
 * What a container's processes may ask of the kernel where nobody says otherwise, with the capabilities (without `CAP_`) that it has.
 * All that is not named fails as not permitted. Undefined where this kind of processor is not known.
 */
export function defaultSeccomp(capabilities: ReadonlySet<string>, architecture: string): SpecSeccomp | undefined {
  const architectures = ARCHITECTURES[architecture];
  if (architectures === undefined) return undefined;
  const syscalls: SpecSyscalls[] = [
    { names: allowedCalls(capabilities, architecture), action: 'SCMP_ACT_ALLOW' },
    ...PERSONALITIES.map((value) => allowedWhen('personality', { index: 0, value, op: 'SCMP_CMP_EQ' })),
    ...socketFamilies(),
    ...(capabilities.has('SYS_ADMIN') ? [] : cloneWithoutNamespaces(architecture)),
  ];
  return { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: NOT_PERMITTED, architectures, syscalls };
}

/** A filter cannot look into the arguments of `clone3`: told that there is none, programs fall back on `clone`. */
function cloneWithoutNamespaces(architecture: string): SpecSyscalls[] {
  const flags = architecture === 's390x' ? 1 : 0;
  return [
    allowedWhen('clone', { index: flags, value: NEW_NAMESPACES, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }),
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: NOT_KNOWN },
  ];
}

function socketFamilies(): SpecSyscalls[] {
  const [first = 0] = CLOSED_FAMILIES;
  const above = Array.from({ length: LAST_FAMILY - first + 1 }, (_, offset) => first + offset).filter((family) => !CLOSED_FAMILIES.includes(family));
  return [
    allowedWhen('socket', { index: 0, value: first, op: 'SCMP_CMP_LT' }),
    ...above.map((value) => allowedWhen('socket', { index: 0, value, op: 'SCMP_CMP_EQ' })),
  ];
}

function allowedWhen(name: string, argument: SpecSyscallArgument): SpecSyscalls {
  return { names: [name], action: 'SCMP_ACT_ALLOW', args: [argument] };
}
