import { TABLE } from '../rules/names.js';
import { isAbsent } from './programs.js';
import type { RunProgram } from './programs.js';

interface Listing {
  readonly nftables: readonly { readonly table?: { readonly family: string; readonly name: string; readonly handle: number } }[];
}

/**
 * Another number each time that somebody makes a table of the proxy's name; undefined where there is none. An nft that was built without JSON does not
 * show numbers: 0 then.
 */
export async function tableHandle(run: RunProgram): Promise<number | undefined> {
  try {
    const { nftables } = JSON.parse(await run('nft', ['-j', 'list', 'tables'])) as Listing;
    return nftables.find(({ table }) => table?.family === 'ip' && table.name === TABLE)?.table?.handle;
  } catch (error) {
    if (isAbsent(error)) throw error;
    const lines = (await run('nft', ['list', 'tables'])).split('\n');
    return lines.includes(`table ip ${TABLE}`) ? 0 : undefined;
  }
}
