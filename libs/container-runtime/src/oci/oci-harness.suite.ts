import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, chmodSync, constants, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { openImageStore } from '@gantry/container-images';
import type { ContainerRuntime } from '../runtime.js';
import { createOciRuntime } from './create-oci-runtime.js';
import type { OciOptions, RuntimeBinary } from './options.js';
import { findHolders } from './holder.js';
import { crunRefusal } from './runtime-binary.js';

export const testImage = 'gantry.test/busybox:1';

function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function usableBinary(): RuntimeBinary | undefined {
  const [crun, runc] = [findProgram('crun'), findProgram('runc')];
  if (crun !== undefined && crunRefusal() === undefined) return { kind: 'crun', path: crun };
  return runc === undefined ? undefined : { kind: 'runc', path: runc };
}

/** Why no container can run here without an engine; undefined where it can. */
export function ociAbsent(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'containers without an engine need Linux and root';
  if (usableBinary() === undefined) return 'neither crun nor runc is installed';
  if (findProgram('conmon') === undefined) return 'conmon is not installed';
  return staticBusybox() === undefined ? 'there is no static busybox to make an image of' : undefined;
}

/** One that needs no libraries of the machine: it names no loader. */
function staticBusybox(): string | undefined {
  const path = findProgram('busybox');
  return path === undefined || /\/lib(64)?\/ld-/.test(readFileSync(path, 'latin1')) ? undefined : path;
}

export interface OciTestBed {
  readonly options: OciOptions;
  /** A temporary directory, for whatever a test needs. */
  readonly folder: string;
  /** What is left of it on the machine: mounts, processes, groups, files. */
  leftOver(): Promise<string[]>;
  dispose(): Promise<void>;
}

export interface OciBed extends Pick<OciTestBed, 'options' | 'dispose'> {
  readonly runtime: ContainerRuntime;
  /** Another connection to the same node. */
  again(): ContainerRuntime;
  readonly image: string;
}

/** A node of its own with one image, so that tests do not meet each other. */
export async function ociTestBed(): Promise<OciTestBed> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-oci-'));
  const binary = usableBinary();
  if (binary === undefined) throw new Error('neither crun nor runc is installed');
  const images = await openImageStore({ root: join(folder, 'images') });
  const config = { Env: ['PATH=/bin', 'FROM_IMAGE=yes'], Cmd: ['sh'], WorkingDir: '/home/web' };
  await images.build({ folder: makeRootfs(join(folder, 'rootfs')), tags: [testImage], config, owner: { uid: 0, gid: 0 } });
  const options: OciOptions = { root: join(folder, 'node'), images, binary, conmon: findProgram('conmon') ?? '', cluster: `test-${randomBytes(4).toString('hex')}`, node: 'n1' };
  return {
    options,
    folder,
    leftOver: () => leftOver(options),
    dispose: async () => {
      await images.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A node with its runtime, for a suite of runtimes; or why there is none. */
export async function ociBed(): Promise<OciBed | string> {
  const absent = ociAbsent();
  if (absent !== undefined) return absent;
  const bed = await ociTestBed();
  const runtime = createOciRuntime(bed.options);
  return {
    runtime, options: bed.options, image: testImage,
    again: () => createOciRuntime(bed.options),
    dispose: async () => {
      await Promise.all((await runtime.listSandboxes()).map(({ id }) => runtime.removeSandbox(id)));
      await runtime.close();
      await bed.dispose();
    },
  };
}

async function leftOver({ root, cluster, images }: OciOptions): Promise<string[]> {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.includes(` ${root}/`));
  const processes = execFileSync('ps', ['-e', '-o', 'args=']).toString().split('\n').filter((line) => line.includes(root));
  const trees = readdirSync('/sys/fs/cgroup').map((tree) => join('/sys/fs/cgroup', tree)).filter((tree) => exists(join(tree, 'cgroup.procs')));
  const groups = [...trees, '/sys/fs/cgroup'].map((tree) => join(tree, 'gantry', cluster)).filter(exists);
  const files = ['sandboxes', 'containers', 'exits', 'state'].flatMap((name) => readdirSync(join(root, name)).map((id) => `${name}/${id}`));
  const holders = findHolders(root).map(({ pid }) => `holder ${pid}`);
  return [...mounts, ...processes, ...holders, ...groups, ...files, ...(await images.holds()).map(({ holder }) => holder)];
}

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Files of an image: a static busybox with its programs, and users. */
function makeRootfs(folder: string): string {
  for (const path of ['bin', 'etc', 'tmp', 'home/web']) mkdirSync(join(folder, path), { recursive: true });
  chmodSync(join(folder, 'tmp'), 0o1777);
  cpSync(staticBusybox() ?? '', join(folder, 'bin/busybox'));
  for (const name of execFileSync(staticBusybox() ?? '', ['--list']).toString().trim().split('\n')) {
    if (name !== 'busybox') symlinkSync('busybox', join(folder, 'bin', name));
  }
  writeFileSync(join(folder, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1001:web:/home/web:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n');
  writeFileSync(join(folder, 'etc/group'), 'root:x:0:\nweb:x:1001:\nstaff:x:50:web\nnobody:x:65534:\n');
  return folder;
}
