import { GANTRY_VERSION, SERVER_VERSION } from '@gantry/cluster/lifecycle';
import { print, table } from '../output/format.js';
import type { CommonOptions } from '../options.js';

export function version(options: CommonOptions): void {
  const versions = { gantry: GANTRY_VERSION, kubernetes: SERVER_VERSION.gitVersion, node: process.version };
  print(options.output, versions, () => table(['PART', 'VERSION'], Object.entries(versions)));
}
