import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const FILES = 5000;
const BYTES = 200_000_000;
const FOLDERS = 100;

/** An image of one layer of 200 MB in 5,000 files, half of what is in each random. */
export interface ImageArchive {
  /** In the format of `docker save`. */
  readonly archive: string;
  /** The layer, as tar and compressed by gzip. */
  readonly layer: string;
  readonly compressed: string;
  readonly configuration: Buffer;
}

export async function makeImageArchive(folder: string): Promise<ImageArchive> {
  await writeFiles(join(folder, 'files'));
  const [layer, compressed, archive] = ['layer.tar', 'layer.tar.gz', 'image.tar'].map((name) => join(folder, name)) as [string, string, string];
  await run('tar', ['--create', `--file=${layer}`, `--directory=${join(folder, 'files')}`, '.']);
  await run('sh', ['-c', 'gzip -6 < "$0" > "$1"', layer, compressed]);
  const diffId = `sha256:${await hashOf(layer)}`;
  const configuration = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', config: {}, rootfs: { type: 'layers', diff_ids: [diffId] } }));
  await writeFile(join(folder, 'config.json'), configuration);
  await writeFile(join(folder, 'manifest.json'), JSON.stringify([{ Config: 'config.json', RepoTags: ['bench:1'], Layers: ['layer.tar'] }]));
  await run('tar', ['--create', `--file=${archive}`, `--directory=${folder}`, 'manifest.json', 'config.json', 'layer.tar']);
  return { archive, layer, compressed, configuration };
}

export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function writeFiles(folder: string): Promise<void> {
  const half = randomBytes(BYTES / FILES / 2);
  for (let index = 0; index < FILES; index += 1) {
    const inside = join(folder, `folder-${index % FOLDERS}`);
    if (index < FOLDERS) await mkdir(inside, { recursive: true });
    half.writeUInt32LE(index);
    await writeFile(join(inside, `file-${index}`), Buffer.concat([half, Buffer.alloc(half.length, `line ${index} of a text\n`)]));
  }
}
