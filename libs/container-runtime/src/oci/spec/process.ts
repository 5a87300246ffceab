import type { ContainerDefaults } from '@gantry/container-images';
import type { ContainerConfig } from '../../runtime.js';
import { RuntimeError } from '../../runtime.js';

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A command replaces the image's entry point and, with it, the image's arguments; arguments alone replace only those. */
export function processArgs({ command = [], args = [] }: Pick<ContainerConfig, 'command' | 'args'>, image: ContainerDefaults): string[] {
  const own = command.length > 0;
  const all = [...(own ? command : (image.Entrypoint ?? [])), ...(args.length > 0 || own ? args : (image.Cmd ?? []))];
  if (all.length === 0) throw new RuntimeError('invalid', 'no command specified');
  return all;
}

/** The image's variables, where the pod does not say otherwise; a name that comes twice counts as it was last given. */
export function processEnvironment(config: Pick<ContainerConfig, 'env' | 'tty'>, image: ContainerDefaults, hostname: string): string[] {
  const variables = new Map<string, string>();
  const give = (entry: string): void => void variables.set(entry.slice(0, entry.indexOf('=') === -1 ? entry.length : entry.indexOf('=')), entry);
  give(DEFAULT_PATH);
  if (config.tty) give('TERM=xterm');
  give(`HOSTNAME=${hostname}`);
  for (const entry of image.Env ?? []) give(entry);
  for (const { name, value } of config.env) give(`${name}=${value}`);
  return [...variables.values()];
}

export function workingDirectory(config: Pick<ContainerConfig, 'workingDir'>, image: ContainerDefaults): string {
  const wanted = [config.workingDir, image.WorkingDir].find((path) => path !== undefined && path !== '') ?? '/';
  if (!wanted.startsWith('/')) throw new RuntimeError('invalid', `the working directory "${wanted}" is not an absolute path`);
  return wanted;
}
