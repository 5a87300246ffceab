import { readFile } from 'node:fs/promises';
import { ClusterError, placesOf } from '@gantry/cluster/lifecycle';
import type { CommonOptions } from '../options.js';

export async function kubeconfig(options: CommonOptions): Promise<void> {
  const path = placesOf(options.home, options.name).adminKubeconfig;
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ClusterError(`there is no kubeconfig of a cluster "${options.name}" under ${options.home}`, 'start it with "gantry up"', { cause: error });
  });
  process.stdout.write(text);
}
