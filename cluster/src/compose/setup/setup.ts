import { join } from 'node:path';
import { readFileIfAny, writeFileAtomic } from '../../state/files.js';
import { ensureSecrets } from './secrets.js';
import { sharesOf } from './shares.js';

/** Of certificates that anyone may read, whoever a container runs as. */
const PUBLIC_MODE = 0o644;
const PRIVATE_MODE = 0o600;

/**
 * Makes sure that every service finds its files under `<root>/<service>`. What must survive is kept under `<root>/state`. May be
 * killed at any moment and run any number of times. Resolves to the names of the files that it wrote.
 */
export async function setUp(root: string, now: number): Promise<string[]> {
  const shares = sharesOf(await ensureSecrets(join(root, 'state'), now));
  const written: string[] = [];
  for (const [reader, files] of Object.entries(shares)) {
    for (const [name, content] of Object.entries(files)) {
      const path = join(root, reader, name);
      if ((await readFileIfAny(path)) === content) continue;
      await writeFileAtomic(path, content, reader === 'public' ? PUBLIC_MODE : PRIVATE_MODE);
      written.push(`${reader}/${name}`);
    }
  }
  return written;
}
