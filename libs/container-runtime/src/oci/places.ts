import { join } from 'node:path';

/** Where the files of one sandbox are. */
export interface SandboxPlaces {
  /** Holds all of it, and is the bundle of its holder process. */
  readonly directory: string;
  readonly record: string;
  readonly spec: string;
  readonly rootfs: string;
  /** A file system in memory, the `/dev/shm` of all its containers. */
  readonly shm: string;
  readonly hostname: string;
  /** Written by the runtime: the holder's process. */
  readonly pidFile: string;
}

/** Where the files of one container are. */
export interface ContainerPlaces {
  /** Holds all of it, and is the bundle. */
  readonly directory: string;
  readonly record: string;
  /** The runtime specification; `process` in it is what commands inherit. */
  readonly spec: string;
  /** The layers with the writable one over them, mounted here from creation to removal. */
  readonly rootfs: string;
  readonly upper: string;
  readonly work: string;
  /** Links to the layers, so that their list is short enough for the kernel. */
  readonly links: string;
  /** Parts of volumes, mounted here as long as the root file system is. */
  readonly binds: string;
  /** Written by the runtime: process 1 of the container, as this machine numbers it. */
  readonly pidFile: string;
  /** Written by the reaper when the process has ended: its exit code in decimals. Its time is when. */
  readonly exitFile: string;
  /** Made by the reaper, empty, when the kernel killed something of it for want of memory. */
  readonly oomFile: string;
  /** Socket (SEQPACKET) of the reaper: input of the process, and its output from then on. */
  readonly attach: string;
  /** Fifo of the reaper: lines `1 <height> <width>` (terminal size) and `2 0 0` (open the log file again). */
  readonly control: string;
}

/** Where everything of one node is. */
export interface OciPlaces {
  readonly root: string;
  readonly sandboxes: string;
  readonly containers: string;
  /** One file for each container that has ended, until it is removed: a place to watch. */
  readonly exits: string;
  /** The runtime's own state: `--root`. */
  readonly state: string;
  sandbox(id: string): SandboxPlaces;
  container(id: string): ContainerPlaces;
}

export function ociPlaces(root: string): OciPlaces {
  const [sandboxes = '', containers = '', exits = '', state = ''] = ['sandboxes', 'containers', 'exits', 'state'].map((name) => join(root, name));
  return {
    root, sandboxes, containers, exits, state,
    sandbox: (id) => sandboxPlaces(join(sandboxes, id)),
    container: (id) => containerPlaces(join(containers, id), join(exits, id)),
  };
}

function sandboxPlaces(directory: string): SandboxPlaces {
  const inside = (name: string): string => join(directory, name);
  return {
    directory, record: inside('sandbox.json'), spec: inside('config.json'), rootfs: inside('rootfs'), shm: inside('shm'), hostname: inside('hostname'), pidFile: inside('pid'),
  };
}

function containerPlaces(directory: string, exitFile: string): ContainerPlaces {
  const inside = (name: string): string => join(directory, name);
  return {
    directory, record: inside('container.json'), spec: inside('config.json'), rootfs: inside('rootfs'), upper: inside('upper'), work: inside('work'), links: inside('layers'), binds: inside('binds'),
    pidFile: inside('pid'), exitFile, oomFile: inside('oom'), attach: inside('attach'), control: inside('ctl'),
  };
}
