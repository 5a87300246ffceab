import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { imagesFolder, listClusters } from '@gantry/cluster/lifecycle';
import type { Credentials, ImageStore, StoredImage } from '@gantry/container-images';
import { ImageError, openImageStore } from '@gantry/container-images';
import { print, table } from '../output/format.js';
import { KeptWarnings } from '../output/kept-warnings.js';
import { LayerBars } from '../output/layer-bars.js';
import { bytesText, paint } from '../output/terminal.js';
import type { CommonOptions } from '../options.js';
import type { BuildFlags } from './image-config.js';
import { containerDefaults, ownerOf } from './image-config.js';

export interface ImageOptions extends Pick<CommonOptions, 'home' | 'output'> {
  /** The folder of the images, where it is not that of `home`. */
  readonly images?: string;
}

export interface PullFlags extends ImageOptions {
  readonly username?: string;
  readonly passwordStdin?: boolean;
}

export interface GarbageFlags extends ImageOptions {
  readonly all?: boolean;
}

const HEADER = ['IMAGE', 'ID', 'SIZE', 'CREATED', 'USED BY'];
const SHORT_ID = { start: 'sha256:'.length, end: 'sha256:'.length + 12 };

export async function pull(references: readonly string[], options: PullFlags): Promise<void> {
  const credentials = await credentialsOf(options);
  await withStore(options, async (store) => {
    const images: StoredImage[] = [];
    const signal = interrupted();
    for (const reference of references) images.push(await withBars((onProgress) => store.pull(reference, { credentials, onProgress, signal })));
    show(options, images);
  });
}

/** A file, or the standard input for `-`. */
export async function load(file: string, options: ImageOptions): Promise<void> {
  await withStore(options, async (store) => {
    const archive = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 2 ** 18 });
    show(options, await withBars((onProgress) => store.load(archive, { onProgress, signal: interrupted() })));
  });
}

export async function build(folder: string, options: ImageOptions & BuildFlags): Promise<void> {
  await withStore(options, async (store) => {
    const owner = ownerOf(options.owner);
    show(options, [await store.build({ folder, tags: options.tag, config: containerDefaults(options), signal: interrupted(), ...(owner === undefined ? {} : { owner }) })]);
  });
}

export async function list(options: ImageOptions): Promise<void> {
  await withStore(options, async (store) => {
    const images = await store.list();
    const holds = Map.groupBy(await store.holds(), ({ imageId }) => imageId);
    const data = images.map((image) => ({ ...image, usedBy: (holds.get(image.id) ?? []).map(({ holder }) => holder) }));
    print(options.output, data, () => (images.length === 0 ? `there are no images in ${store.root}` : table(HEADER, data.flatMap(rowsOf))));
  });
}

export async function remove(images: readonly string[], options: ImageOptions): Promise<void> {
  await withStore(options, async (store) => {
    for (const image of images) {
      if ((await store.get(image)) === undefined) throw new ImageError('image-not-found', `there is no image ${image}`);
      await store.remove(image);
    }
    print(options.output, { removed: images }, () => images.map((image) => `removed ${image}`).join('\n'));
  });
}

export async function tag(image: string, reference: string, options: ImageOptions): Promise<void> {
  await withStore(options, async (store) => {
    await store.tag(image, reference);
    show(options, [(await store.get(reference))!]);
  });
}

/** What a kubelet does when the disk is full; with `all`, every image that no container uses. */
export async function collectGarbage({ all, ...options }: GarbageFlags): Promise<void> {
  await withStore(options, async (store) => {
    const report = await store.collectGarbage(all === true ? { high: 0, low: 0, minimumAge: 0 } : {});
    const names = report.removed.map(({ id, repoTags }) => `removed ${repoTags[0] ?? id}\n`).join('');
    print(options.output, report, () => `${names}${bytesText(report.freed)} came free; the disk is ${report.usedAfter} % full`);
  });
}

async function withStore(options: ImageOptions, work: (store: ImageStore) => Promise<void>): Promise<void> {
  const warnings = new KeptWarnings();
  const store = await openImageStore({ root: options.images ?? imagesFolder(options.home), proxyEnvironment: process.env, logger: warnings });
  try {
    await work(store).finally(() => store.close());
  } finally {
    warnings.end();
  }
  await tellOfEngine(options.home);
}

/** Who has clusters on an engine alone may look for images in the wrong place. */
async function tellOfEngine(home: string): Promise<void> {
  const runtimes = (await listClusters(home)).map(({ runtime }) => runtime);
  if (!runtimes.includes('docker') || runtimes.includes('oci')) return;
  process.stderr.write(`${paint('yellow', 'note:', process.stderr)} the containers of the clusters under ${home} run on the Docker engine, which keeps its own images: "docker load", "docker pull"\n`);
}

async function withBars<T>(work: (onProgress: LayerBars['report']) => Promise<T>): Promise<T> {
  const bars = new LayerBars();
  return work(bars.report).finally(() => bars.end());
}

/** Ctrl-C ends what is under way, so that it leaves nothing behind. */
function interrupted(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new ImageError('pull-failed', 'interrupted')));
  return stop.signal;
}

async function credentialsOf({ username, passwordStdin }: PullFlags): Promise<Credentials | undefined> {
  if (username === undefined) return undefined;
  if (passwordStdin !== true) throw new ImageError('invalid', 'a username comes with --password-stdin: a password among the arguments could be read by everybody');
  return { username, password: (await text(process.stdin)).replace(/\r?\n$/, '') };
}

function show(options: ImageOptions, images: readonly StoredImage[]): void {
  print(options.output, images, () => images.map(({ id, repoTags, size }) => `${repoTags.join(', ') || '<none>'}  ${id.slice(SHORT_ID.start, SHORT_ID.end)}  ${bytesText(size)}`).join('\n'));
}

/** A row a name, as people look for names. */
function rowsOf(image: StoredImage & { readonly usedBy: readonly string[] }): string[][] {
  const names = image.repoTags.length > 0 ? image.repoTags : [image.repoDigests[0] ?? '<none>'];
  const users = image.usedBy.length === 0 ? '-' : `${image.usedBy.length} container${image.usedBy.length === 1 ? '' : 's'}`;
  return names.map((name) => [name, image.id.slice(SHORT_ID.start, SHORT_ID.end), bytesText(image.size), image.createdAt || '-', users]);
}
