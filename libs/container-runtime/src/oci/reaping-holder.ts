import { spawn } from 'node:child_process';
import { lstat, mkdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { lookAtProcess } from '@gantry/machine';
import type { ProcessIdentity } from '@gantry/machine';
import { RuntimeError } from '../runtime.js';
import { readJson, writeAtomically } from './atomic-file.js';
import { runCommand } from './command.js';
import type { OciNode } from './node.js';
import type { SandboxPlaces } from './places.js';
import { runtimeMessage } from './reaper.js';
import type { SandboxRecord } from './records.js';
import { MASKED_PATHS, READONLY_PATHS } from './spec/paths.js';
import type { RuntimeSpec, SpecMount } from './spec/runtime-spec.js';
import { sandboxSysctls } from './sysctls.js';

/** Where a shell and what it needs may be: directories of the machine, or links to others of them. */
const PROGRAM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib64'];
/** Process 1 of a sandbox: asks for the ends of all that are left to it, and does nothing else. */
const REAP = 'while :; do sleep 2147483647 & wait $!; done';
/** As upstream's sandboxes. */
const NOBODY = 65535;

/**
 * Starts the holder of a sandbox whose containers see each other's processes, and therefore it: a container itself, with no rights and
 * nothing of the machine but its programs to read, whose process 1 takes care of processes without parents.
 */
export async function startReapingHolder(node: OciNode, places: SandboxPlaces, record: SandboxRecord): Promise<ProcessIdentity> {
  await mkdir(places.rootfs);
  const mounts = await programMounts(places.rootfs);
  await runCommand('mount', ['-t', 'tmpfs', '-o', 'nosuid,nodev,noexec,mode=1777,size=65536k', 'shm', places.shm]);
  await writeAtomically(places.spec, JSON.stringify(holderSpec(node, places, record, mounts)));
  await runDetached(node, places, record.id);
  const pid = await readJson<number>(places.pidFile);
  const made = pid === undefined ? undefined : lookAtProcess(pid);
  if (made === undefined) throw new RuntimeError('start-failed', 'the sandbox could not be made: its holder has ended');
  return { pid: made.pid, startedAt: made.startedAt };
}

async function programMounts(rootfs: string): Promise<SpecMount[]> {
  await Promise.all(['proc', 'dev'].map((name) => mkdir(join(rootfs, name))));
  const mounts: SpecMount[] = [];
  for (const folder of PROGRAM_FOLDERS) {
    const stat = await lstat(folder).catch(() => undefined);
    const inside = join(rootfs, basename(folder));
    if (stat?.isSymbolicLink() === true) await symlink(await readlink(folder), inside);
    if (stat?.isDirectory() !== true) continue;
    await mkdir(inside);
    mounts.push({ destination: folder, type: 'bind', source: folder, options: ['bind', 'rprivate', 'ro', 'nosuid', 'nodev'] });
  }
  return mounts;
}

function holderSpec(node: OciNode, places: SandboxPlaces, { id, config }: SandboxRecord, mounts: readonly SpecMount[]): RuntimeSpec {
  const settings = [...sandboxSysctls(config)].map(([path, value]) => [path.replace(/[./]/g, (mark) => (mark === '/' ? '.' : '/')), value]);
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false, user: { uid: NOBODY, gid: NOBODY, additionalGids: [] }, args: ['/bin/sh', '-c', REAP], env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'], cwd: '/',
      capabilities: { bounding: [], effective: [], permitted: [] }, noNewPrivileges: true,
    },
    root: { path: places.rootfs, readonly: true },
    hostname: config.hostname,
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
      ...mounts,
    ],
    linux: {
      namespaces: [{ type: 'mount' }, { type: 'uts' }, { type: 'pid' }, ...(config.ipc === 'node' ? [] : [{ type: 'ipc' } as const]), ...(config.network === 'pod' ? [{ type: 'network' } as const] : [])],
      cgroupsPath: node.cgroupOf({ id, podUid: config.metadata.uid }),
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      maskedPaths: MASKED_PATHS,
      readonlyPaths: READONLY_PATHS,
      sysctl: Object.fromEntries(settings) as Record<string, string>,
    },
  };
}

/** It keeps whatever output it is given, so that it is given none: what goes wrong stands in the runtime's log. */
async function runDetached(node: OciNode, places: SandboxPlaces, id: string): Promise<void> {
  const log = join(places.directory, 'log');
  const args = ['--root', node.places.state, '--log', log, 'run', '--detach', '--bundle', places.directory, '--pid-file', places.pidFile, id];
  const code = await new Promise((resolve, reject) => spawn(node.options.binary.path, args, { cwd: '/', stdio: 'ignore' }).once('exit', resolve).once('error', reject));
  const said = await readFile(log, 'utf8').catch(() => '');
  await rm(log, { force: true });
  if (code !== 0) throw new RuntimeError('start-failed', `the sandbox could not be made: ${runtimeMessage(said)}`);
}
