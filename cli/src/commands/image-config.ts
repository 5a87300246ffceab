import type { ContainerDefaults } from '@gantry/container-images';
import { InvalidArgumentError } from 'commander';

export interface BuildFlags {
  readonly tag: readonly string[];
  readonly entrypoint?: string;
  readonly cmd?: string;
  readonly env?: readonly string[];
  readonly label?: readonly string[];
  readonly workdir?: string;
  readonly user?: string;
  readonly expose?: readonly string[];
  readonly volume?: readonly string[];
  readonly stopSignal?: string;
  /** `uid:gid`, or `keep`. */
  readonly owner: string;
}

/** What containers of a built image start with. */
export function containerDefaults({ entrypoint, cmd, env, label, workdir, user, expose, volume, stopSignal }: BuildFlags): ContainerDefaults {
  const given = {
    Entrypoint: entrypoint === undefined ? undefined : commandOf(entrypoint),
    Cmd: cmd === undefined ? undefined : commandOf(cmd),
    Env: env,
    Labels: label === undefined ? undefined : Object.fromEntries(label.map(keyValue)),
    WorkingDir: workdir,
    User: user,
    ExposedPorts: expose === undefined ? undefined : Object.fromEntries(expose.map((port) => [port.includes('/') ? port : `${port}/tcp`, {}])),
    Volumes: volume === undefined ? undefined : Object.fromEntries(volume.map((path) => [path, {}])),
    StopSignal: stopSignal,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** As in a Dockerfile: a JSON list of texts, or a line for a shell. */
function commandOf(text: string): string[] {
  if (!text.trimStart().startsWith('[')) return ['/bin/sh', '-c', text];
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError(`${text} is neither a JSON list of texts nor a command line.`);
}

function keyValue(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals === -1 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** Undefined: whose the files are in the folder. */
export function ownerOf(text: string): { uid: number; gid: number } | undefined {
  if (text === 'keep') return undefined;
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (uid === undefined || gid === undefined) throw new InvalidArgumentError('an owner is uid:gid, such as 0:0, or keep.');
  return { uid: Number(uid), gid: Number(gid) };
}
