import { readFile } from 'node:fs/promises';
import { ClusterError, composeKubeconfig, mergeComposeKubeconfig, placesOf } from '@gantry/cluster/lifecycle';
import type { CommonOptions } from '../options.js';

export interface KubeconfigOptions extends CommonOptions {
  readonly compose?: boolean;
  readonly print?: boolean;
}

export async function kubeconfig(options: KubeconfigOptions): Promise<void> {
  if (options.compose !== true) process.stdout.write(await standalone(options));
  else if (options.print === true) process.stdout.write(await composeKubeconfig());
  else await merge();
}

function standalone({ home, name }: CommonOptions): Promise<string> {
  return readFile(placesOf(home, name).adminKubeconfig, 'utf8').catch((error: unknown) => {
    throw new ClusterError(`there is no kubeconfig of a cluster "${name}" under ${home}`, 'start it with "gantry up"', { cause: error });
  });
}

/** Nothing has merged a Compose cluster's entries, as `up` does for a standalone one. */
async function merge(): Promise<void> {
  const { context, path } = await mergeComposeKubeconfig();
  process.stderr.write(`kubectl now uses the context "${context}" of ${path}.\n`);
}
