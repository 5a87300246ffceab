import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ContainerConfig, ContainerRuntime, ContainerStatus, SandboxConfig } from './runtime.js';

export interface ProcessHarness {
  readonly runtime: ContainerRuntime;
  /** Has a shell, `id`, `ps`, `dd`, and a user `nobody` of number 65534. */
  readonly image: string;
  /** An engine loses the news of a kill for want of memory where the container is gone before it looks (Docker 20.10 with control groups of version 1). */
  readonly mayMissMemoryKills?: boolean;
  dispose(): Promise<void>;
}

const MIB = 2 ** 20;
const DEFAULT_CAPABILITIES = '00000000a80425fb';
const PATIENCE = { timeout: 60_000 };

/** The contract of runtimes whose containers are processes of this machine: what a process in one of them is, sees and may do. */
export function describeContainerProcesses(name: string, make: () => Promise<ProcessHarness | string>): void {
  describe(`processes in containers: ${name}`, PATIENCE, () => {
    let harness: ProcessHarness;
    let absent: string | undefined;
    let folder = '';
    const sandboxes: string[] = [];

    beforeAll(async () => {
      const made = await make();
      if (typeof made === 'string') absent = made;
      else harness = made;
      folder = mkdtempSync(join(tmpdir(), 'gantry-processes-'));
    }, PATIENCE.timeout);
    afterAll(async () => {
      await Promise.all(sandboxes.map((id) => harness.runtime.removeSandbox(id)));
      await harness?.dispose();
      rmSync(folder, { recursive: true, force: true });
    }, PATIENCE.timeout);
    beforeEach((context) => {
      if (absent !== undefined) context.skip(absent);
    });

    const sandbox = async (more: Partial<SandboxConfig> = {}): Promise<string> => {
      const config: SandboxConfig = { metadata: { name: 'web', namespace: 'default', uid: randomUUID(), attempt: 0 }, hostname: 'web', labels: {}, annotations: {}, network: 'pod', ...more };
      const id = await harness.runtime.runSandbox(config);
      sandboxes.push(id);
      return id;
    };
    const unrestricted: ContainerConfig['security'] = { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] };
    const container = (script: string, more: Partial<ContainerConfig> = {}): ContainerConfig => ({
      name: 'main', attempt: 0, image: harness.image, command: ['sh', '-c', script], env: [], mounts: [], labels: {}, annotations: {}, resources: {}, logPath: join(folder, `${randomUUID()}.log`),
      stdin: false, stdinOnce: false, tty: false, security: unrestricted, ...more,
    });
    const begin = async (script: string, more: Partial<ContainerConfig> = {}, inside?: string): Promise<string> => {
      const id = await harness.runtime.createContainer(inside ?? (await sandbox()), container(script, more));
      await harness.runtime.startContainer(id);
      return id;
    };
    const output = async (id: string, until?: string): Promise<string> => {
      let text = '';
      for await (const entry of harness.runtime.logs(id, { follow: true }, new AbortController().signal)) {
        text += Buffer.from(entry.data).toString();
        if (until !== undefined && text.includes(until)) break;
      }
      return text.replaceAll('\r', '').trim();
    };
    const says = async (script: string, more: Partial<ContainerConfig> = {}, inside?: string): Promise<string> => output(await begin(script, more, inside));
    const secured = (security: Partial<ContainerConfig['security']>): Partial<ContainerConfig> => ({ security: { ...unrestricted, ...security } });
    const ended = async (id: string): Promise<ContainerStatus> => {
      await output(id);
      return harness.runtime.containerStatus(id);
    };

    test('they have the command, the variables and the directory that they were given, and the name of their sandbox', async () => {
      const config = { command: ['sh', '-c'], args: ['echo "$A:$1:$(pwd):$(hostname):$HOSTNAME"', 'sh', 'x y'], env: [{ name: 'A', value: 'b=c d' }], workingDir: '/tmp' };
      expect(await says('', config)).toBe('b=c d:x y:/tmp:web:web');
    });

    test.each<[string, Partial<ContainerConfig['security']>, string]>([
      ['root', {}, '0 0'],
      ['a number with a group and more groups', { runAsUser: 1234, runAsGroup: 2345, supplementalGroups: [3456] }, '1234 2345 3456'],
      ['a number that has no name', { runAsUser: 1234 }, '1234 0'],
      ['a name of the image', { runAsUserName: 'nobody' }, '65534 65534'],
      ['a number that has a name', { runAsUser: 65534 }, '65534 65534'],
    ])('they run as %s', async (_, security, expected) => {
      const [uid = '', gid = '', ...groups] = (await says('echo $(id -u) $(id -g) $(id -G)', secured(security))).split(' ');
      expect([uid, gid, ...new Set(groups.filter((group) => group !== gid))].join(' ')).toBe(expected);
    });

    test('they cannot run as somebody whom the image does not know', async () => {
      await expect(begin('true', secured({ runAsUserName: 'stranger' }))).rejects.toThrow(/unable to find user stranger: no matching entries in passwd file/);
    });

    test.each<[string, Partial<ContainerConfig['security']>, string]>([
      ['the usual ones', {}, DEFAULT_CAPABILITIES],
      ['none', { capabilitiesDrop: ['ALL'] }, '0000000000000000'],
      ['one alone', { capabilitiesAdd: ['NET_BIND_SERVICE'], capabilitiesDrop: ['ALL'] }, '0000000000000400'],
      ['all but one of the usual', { capabilitiesDrop: ['CAP_CHOWN'] }, '00000000a80425fa'],
      ['one more than the usual', { capabilitiesAdd: ['SYS_TIME'] }, '00000000aa0425fb'],
    ])('of capabilities they have %s', async (_, security, expected) => {
      expect(await says("sed -n 's/^CapEff:\\t//p' /proc/self/status", secured(security))).toBe(expected);
    });

    test('privileged ones have what this machine can give', async () => {
      const bounding = /^CapBnd:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
      const [effective = '', seccomp] = (await says("sed -n 's/^\\(CapEff\\|Seccomp\\):\\t//p' /proc/self/status", secured({ privileged: true }))).split('\n');
      expect(seccomp).toBe('0');
      expect(BigInt(`0x${effective}`) & ~BigInt(`0x${bounding}`)).toBe(0n);
      // Some runtimes do not name the newest.
      expect(BigInt(`0x${effective}`) & 0xffffffffn).toBe(BigInt(`0x${bounding}`) & 0xffffffffn);
    });

    test('others may ask the kernel only for what does no harm, and gain nothing where they must not', async () => {
      expect(await says("sed -n 's/^\\(NoNewPrivs\\|Seccomp\\):\\t//p' /proc/self/status", secured({ noNewPrivileges: true }))).toBe('1\n2');
      expect(await says("sed -n 's/^Seccomp:\\t//p' /proc/self/status", secured({ seccomp: 'unconfined' }))).toBe('0');
      expect(await says('unshare -n true 2>&1; mount -t tmpfs x /tmp 2>&1')).toMatch(/^unshare: .*not permitted\nmount: .*(denied|not permitted).*$/);
    });

    test('they see little of the machine and cannot change it', async () => {
      expect(await says('wc -c < /proc/keys; (echo x > /proc/sys/kernel/hostname) 2>&1; ls /sys/firmware | wc -l; (touch /sys/x) 2>&1')).toMatch(/^0\n.*Read-only file system\n0\n.*Read-only file system$/);
    });

    test('a root directory that may only be read is so, with its shared memory as before', async () => {
      expect(await says('(touch /x) 2>&1; touch /dev/shm/y && echo fine', secured({ readonlyRootfs: true }))).toMatch(/Read-only file system\nfine$/);
    });

    test('directories and files of the machine are shown where they are to be, one to be read only', async () => {
      mkdirSync(join(folder, 'given'));
      writeFileSync(join(folder, 'given/file'), 'hello\n');
      const mounts = [
        { hostPath: join(folder, 'given'), containerPath: '/some/where', readonly: true },
        { hostPath: join(folder, 'given'), containerPath: '/else', readonly: false },
        { hostPath: join(folder, 'given/file'), containerPath: '/etc/hosts', readonly: false },
      ];
      expect(await says('cat /some/where/file /etc/hosts; (touch /some/where/x) 2>&1; echo written > /else/new', { mounts })).toMatch(/^hello\nhello\n.*Read-only file system$/);
      expect(readFileSync(join(folder, 'given/new'), 'utf8')).toBe('written\n');
    });

    test('one that takes more memory than it may is killed, and that is said', async () => {
      // Each try ends with 137; a runtime that hears of the kernel's reason from others says it in one of several.
      for (let tries = harness.mayMissMemoryKills === true ? 10 : 1; ; tries -= 1) {
        const id = await begin('exec dd if=/dev/zero of=/dev/shm/fill bs=1M count=60', { resources: { memoryLimit: 16 * MIB } });
        const status = await ended(id);
        expect(status).toMatchObject({ state: 'exited', exitCode: 137 });
        if (tries > 1 && status.reason !== 'OOMKilled') continue;
        expect(status.reason).toBe('OOMKilled');
        return;
      }
    });

    test('that only a child was killed is not the end of its parent', async () => {
      const id = await begin('dd if=/dev/zero of=/dev/shm/fill bs=1M count=60; exit 4', { resources: { memoryLimit: 16 * MIB } });
      expect(await ended(id)).toMatchObject({ exitCode: 4, reason: 'Error' });
    });

    test('a limit that is changed holds at once', async () => {
      const id = await begin('exec sleep 600', { resources: { memoryLimit: 64 * MIB, cpuShares: 512, cpuQuota: 50_000, cpuPeriod: 100_000 } });
      const limits = async (): Promise<string[]> => {
        const script = 'cd /sys/fs/cgroup; cat memory.max 2>/dev/null || cat memory/memory.limit_in_bytes; cut -d" " -f1 cpu.max 2>/dev/null || cat cpu/cpu.cfs_quota_us';
        return Buffer.from((await harness.runtime.execSync(id, ['sh', '-c', script], 10_000)).stdout).toString().trim().split('\n');
      };
      expect(await limits()).toEqual([String(64 * MIB), '50000']);
      await harness.runtime.updateContainer(id, { memoryLimit: 96 * MIB, cpuShares: 256, cpuQuota: 70_000, cpuPeriod: 100_000 });
      expect(await limits()).toEqual([String(96 * MIB), '70000']);
    });

    test.each([30, 30 * 24 * 3600])('a stop sends the signal that was asked for and takes the answer, where it may take %i seconds', async (grace) => {
      const id = await begin("trap 'exit 7' USR1; echo ready; while :; do sleep 0.05; done", { stopSignal: 'SIGUSR1' });
      await output(id, 'ready');
      await harness.runtime.stopContainer(id, grace);
      expect(await harness.runtime.containerStatus(id)).toMatchObject({ state: 'exited', exitCode: 7, reason: 'Error' });
    });

    test('one that ends by a signal says so by its code', async () => {
      expect(await ended(await begin('sh -c \'kill -TERM $$\'; exit $?'))).toMatchObject({ exitCode: 143 });
    });

    test('containers of one sandbox share memory and address, and not their processes', async () => {
      const shared = await sandbox();
      const first = await begin('echo there > /dev/shm/note; echo ready; exec sleep 600', {}, shared);
      await output(first, 'ready');
      expect(await says('cat /dev/shm/note; readlink /proc/self/ns/net; readlink /proc/self/ns/ipc; ps | grep -c "[s]leep 600"', { name: 'second' }, shared)).toMatch(/^there\nnet:\[\d+\]\nipc:\[\d+\]\n0$/);
    });

    test('where they are to share processes they do, and somebody takes care of those without parents', async () => {
      const shared = await sandbox({ sharesProcesses: true });
      const first = await begin('echo ready; exec sleep 600', { pid: 'pod' }, shared);
      await output(first, 'ready');
      const orphan = 't=0.3; ( sleep $t & ); while ps | grep -q "[s]leep 0.3"; do sleep 0.05; done; ps -o stat | grep -c "^Z"';
      expect(await says(`ps | grep -c "[s]leep 600"; ${orphan}`, { name: 'second', pid: 'pod' }, shared)).toBe('1\n0');
      const left = await begin('sleep 700 & echo ready; wait', { name: 'third', pid: 'pod' }, shared);
      await output(left, 'ready');
      await harness.runtime.stopContainer(left, 0);
      expect(await says('while ps | grep -q "[s]leep 700"; do sleep 0.05; done; echo gone', { name: 'fourth', pid: 'pod' }, shared)).toBe('gone');
    });

    test("one with the node's processes sees them", async () => {
      expect(await says('cat /proc/1/comm', { pid: 'node' })).toBe(readFileSync('/proc/1/comm', 'utf8').trim());
    });

    test("a sandbox of the node's network is in it", async () => {
      const inside = await sandbox({ network: 'node' });
      expect((await says('ls /sys/class/net', {}, inside)).split('\n')).toContain('lo');
    });

    test("a sandbox of the node's IPC has its objects", async () => {
      const inside = await sandbox({ ipc: 'node' });
      expect(await says('readlink /proc/self/ns/ipc', {}, inside)).toBe(readlinkSync('/proc/self/ns/ipc'));
      expect(await says('readlink /proc/self/ns/ipc')).not.toBe(readlinkSync('/proc/self/ns/ipc'));
    });

    test('settings of the kernel are those of the sandbox, and low ports are for everybody', async () => {
      const inside = await sandbox({ sysctls: { 'kernel.shm_rmid_forced': '1', 'net.core.somaxconn': '1234' } });
      const script = 'cd /proc/sys; cat kernel/shm_rmid_forced net/core/somaxconn net/ipv4/ip_unprivileged_port_start';
      expect(await says(script, {}, inside)).toBe('1\n1234\n0');
      await expect(sandbox({ sysctls: { 'vm.swappiness': '1' } })).rejects.toThrow(/vm.swappiness/);
    });

    test('what they use is counted', async () => {
      const id = await begin('i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; exec sleep 600');
      await output(id, 'done');
      const stats = (await harness.runtime.stats()).find(({ containerId }) => containerId === id);
      expect(stats?.cpuNanoseconds).toBeGreaterThan(1_000_000);
      expect(stats?.memoryWorkingSetBytes).toBeGreaterThan(4096);
    });

    test('one with a terminal has one', async () => {
      expect(await says('test -t 0 && test -t 1 && echo "terminal $TERM"', { tty: true, stdin: true })).toBe('terminal xterm');
    });
  });
}
