import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Which pod has which address, one small file a pod, so that a restarted kubelet plugs every pod in as it was. */
export interface AddressBook {
  addressOf(podUid: string): Promise<string>;
  release(podUid: string): Promise<void>;
  holders(): Promise<readonly string[]>;
}

export interface AddressBookOptions {
  readonly directory: string;
  /** IPv4 such as `10.244.1.0/24`. Its first address is the gateway's; neither it nor the last is given to a pod. */
  readonly podCidr: string;
}

export class NoAddressLeft extends Error {
  override readonly name = 'NoAddressLeft';
}

export function createAddressBook(options: AddressBookOptions): AddressBook {
  const range = rangeOf(options.podCidr);
  let loaded: Promise<Map<string, string>> | undefined;
  let last = 0;
  const book = (): Promise<Map<string, string>> => (loaded ??= load(options.directory));

  const free = (used: ReadonlySet<string>): string => {
    for (let step = 1; step <= range.count; step += 1) {
      const offset = ((last + step - 1) % range.count) + 1;
      const address = dotted(range.gateway + offset);
      if (used.has(address)) continue;
      last = offset;
      return address;
    }
    throw new NoAddressLeft(`no address is left in ${options.podCidr}`);
  };

  return {
    async addressOf(podUid) {
      const known = await book();
      const present = known.get(podUid);
      if (present !== undefined) return present;
      const address = free(new Set(known.values()));
      known.set(podUid, address);
      await save(options.directory, podUid, address);
      return address;
    },
    async release(podUid) {
      (await book()).delete(podUid);
      await rm(join(options.directory, podUid), { force: true });
    },
    holders: async () => [...(await book()).keys()],
  };
}

/** The first address of a range: the pods' way out. */
export function gatewayOf(podCidr: string): string {
  return dotted(rangeOf(podCidr).gateway);
}

function rangeOf(podCidr: string): { gateway: number; count: number } {
  const [address = '', length = '32'] = podCidr.split('/');
  const base = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return { gateway: base + 1, count: 2 ** (32 - Number(length)) - 3 };
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

async function load(directory: string): Promise<Map<string, string>> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const uids = (await readdir(directory)).filter((name) => !name.endsWith('.new'));
  const entries = await Promise.all(uids.map(async (uid): Promise<[string, string]> => [uid, (await readFile(join(directory, uid), 'utf8')).trim()]));
  return new Map(entries.filter(([, address]) => address !== ''));
}

async function save(directory: string, podUid: string, address: string): Promise<void> {
  const path = join(directory, podUid);
  await writeFile(`${path}.new`, address, { mode: 0o640 });
  await rename(`${path}.new`, path);
}
