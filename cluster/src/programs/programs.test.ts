import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProgressStep } from '../options.js';
import type { ProgramFacts } from './find-programs.js';
import { ensurePrograms, presentPrograms } from './programs.js';

const ALL = ['crun', 'conmon', 'socat', 'ip', 'nft', 'nsenter', 'mount'];
const BROUGHT: Readonly<Record<string, string>> = { crun: 'crun', runc: 'runc', conmon: 'conmon', socat: 'socat', iproute2: 'ip', iproute: 'ip', nftables: 'nft', 'util-linux': 'nsenter', mount: 'mount' };

/** A machine with these programs; packages that are installed bring theirs, unless the lists are old or there are none of them. */
class FakeMachine implements ProgramFacts {
  readonly ran: string[] = [];
  readonly #present: Set<string>;
  ipSays = 'ip utility, iproute2-6.1.0';
  listsAreOld = false;
  unknown: string | undefined;
  crunWorks = (): boolean => true;

  constructor(...present: string[]) {
    this.#present = new Set(present);
  }

  readonly pathOf = (name: string): string | undefined => (this.#present.has(name) ? `/usr/bin/${name}` : undefined);

  readonly output = async (program: string, args: readonly string[]): Promise<string> => {
    if (args[0] === '-V') return this.ipSays;
    if (args[0] === '--version') return program.endsWith('conmon') ? 'conmon version 2.1.6\ncommit: unknown\n' : `${program.split('/').at(-1)} version 1.8.1\n`;
    this.ran.push([program, ...args].join(' '));
    if (args[0] === 'update' || args[0] === 'makecache') this.listsAreOld = false;
    else this.#install(args.filter((word) => word in BROUGHT || word === this.unknown));
    return '';
  };

  #install(packages: readonly string[]): void {
    if (this.listsAreOld || packages.includes(this.unknown ?? '')) throw Object.assign(new Error('exit 100'), { stderr: `Reading lists\nE: Unable to locate package ${packages[0]}\n` });
    for (const name of packages) this.#present.add(BROUGHT[name] ?? '');
    this.ipSays = 'ip utility, iproute2-6.1.0';
  }
}

let folder: string;
let lines: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-programs-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const report = ({ name, state, detail }: ProgressStep): void => void lines.push(`${name} ${state}: ${detail}`);
const ensure = (facts: ProgramFacts) => ensurePrograms({ facts, report, lock: join(folder, 'lock') });

describe('the programs of a node without an engine', () => {
  it('are taken as they are there, without a word', async () => {
    const machine = new FakeMachine(...ALL);
    expect(await ensure(machine)).toEqual({
      runtime: { name: 'crun', path: '/usr/bin/crun', version: '1.8.1' },
      conmon: { name: 'conmon', path: '/usr/bin/conmon', version: '2.1.6' },
    });
    expect([machine.ran, lines]).toEqual([[], []]);
  });

  it('run containers by runc where that is there alone', async () => {
    const machine = new FakeMachine(...ALL.slice(1), 'runc');
    expect((await ensure(machine)).runtime).toEqual({ name: 'runc', path: '/usr/bin/runc', version: '1.8.1' });
  });

  it('run containers by runc where crun cannot, and it is that which is installed', async () => {
    const machine = new FakeMachine(...ALL, 'apt-get');
    machine.crunWorks = () => false;
    expect((await ensure(machine)).runtime.name).toBe('runc');
    expect(machine.ran.map((line) => line.split(' ').at(-1))).toEqual(['runc']);
  });

  it.each([
    ['apt-get', 'apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=120 crun conmon socat iproute2 nftables util-linux mount'],
    ['apk', 'apk add --no-progress --wait 120 crun conmon socat iproute2 nftables util-linux'],
    ['dnf', 'dnf install --assumeyes --setopt=install_weak_deps=False crun conmon socat iproute nftables util-linux'],
    ['yum', 'yum install --assumeyes crun conmon socat iproute nftables util-linux'],
  ])('are all installed by %s', async (manager, command) => {
    // Where one package brings two programs, the fake's brings one of them.
    const machine = new FakeMachine(manager, ...(manager === 'apt-get' ? [] : ['mount']));
    await ensure(machine);
    expect(machine.ran).toEqual([command]);
  });

  it('are installed where they are missing, and it is said what and why', async () => {
    const machine = new FakeMachine('apt-get', 'runc', 'ip', 'nsenter', 'mount', 'socat');
    await ensure(machine);
    expect(lines).toEqual(['programs started: installing conmon, nftables (apt-get): pods need them where there is no engine', 'programs done: installed conmon, nftables (apt-get)']);
  });

  it("are installed in the place of BusyBox's", async () => {
    const machine = new FakeMachine('apk', ...ALL);
    machine.ipSays = 'BusyBox v1.36';
    await ensure(machine);
    expect(machine.ran).toEqual(['apk add --no-progress --wait 120 iproute2']);
  });

  it('are installed after the lists were brought up to date, where those are old', async () => {
    const machine = new FakeMachine('apt-get', ...ALL.slice(1));
    machine.listsAreOld = true;
    await ensure(machine);
    expect(machine.ran.map((line) => line.split(' ')[1])).toEqual(['install', 'update', 'install']);
  });

  it('are installed once by two starts', async () => {
    const machine = new FakeMachine('apt-get', ...ALL.slice(1));
    await Promise.all([ensure(machine), ensure(machine)]);
    expect(machine.ran).toHaveLength(1);
  });

  it('that cannot be installed are named, with what to type', async () => {
    const machine = new FakeMachine('apt-get', ...ALL.slice(2));
    machine.unknown = 'crun';
    await expect(ensure(machine)).rejects.toMatchObject({
      message: 'pods without a Docker engine need crun, conmon, which cannot be installed: E: Unable to locate package crun',
      hint: 'type: apt-get install crun conmon',
    });
  });

  it('are named where nothing can install them', async () => {
    await expect(ensure(new FakeMachine(...ALL.slice(1)))).rejects.toMatchObject({
      message: 'pods without a Docker engine need crun, which cannot be installed: this system has none of apt-get, apk, dnf and yum',
      hint: 'install the packages crun by the means of this system',
    });
  });
});

describe('what removes containers', () => {
  it('is what ran them, whatever else is gone by now, and nothing is installed for it', async () => {
    const machine = new FakeMachine('apt-get', 'crun', 'conmon');
    expect(await presentPrograms(machine)).toMatchObject({ runtime: { path: '/usr/bin/crun' }, conmon: { path: '/usr/bin/conmon' } });
    expect(machine.ran).toEqual([]);
  });

  it('is named where it is gone', async () => {
    await expect(presentPrograms(new FakeMachine('apt-get', 'conmon'))).rejects.toMatchObject({
      message: 'containers that were run without a Docker engine cannot be removed without crun',
      hint: 'type: apt-get install crun',
    });
  });
});
