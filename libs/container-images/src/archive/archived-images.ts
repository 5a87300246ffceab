import { chainIds, digestOf, hexOf } from '../digest.js';
import type { Descriptor, ImageConfiguration, Manifest } from '../documents.js';
import { isObject, readConfiguration, readManifest } from '../documents.js';
import type { Platform } from '../image-config.js';
import { refused } from '../image-error.js';
import type { ImageLimits } from '../image-store.js';
import { choosePlatform, formatPlatform } from '../platform.js';
import { formatReference, parseReference } from '../reference.js';
import type { LayerSource } from '../store/assemble.js';
import type { StagedArchive } from './stage.js';
import { digestOfFile } from './file-digest.js';

/** An image of an archive. */
export interface ArchivedImage {
  readonly id: string;
  readonly configuration: ImageConfiguration;
  /** In full. */
  readonly tags: readonly string[];
  readonly layers: readonly LayerSource[];
}

const MOST_IMAGES = 100;
const DEEPEST = 4;
/** Where tools write the image's name: containerd in full, the specification's as a tag or more. */
const NAME_ANNOTATIONS = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];

/** The images of an archive of `docker save` or an OCI layout; newer ones of Docker are both. */
export async function archivedImages(archive: StagedArchive, platform: Platform, limits: ImageLimits): Promise<ArchivedImage[]> {
  if (archive.find('manifest.json') !== undefined) return savedImages(archive, limits);
  if (archive.find('index.json') !== undefined) return new LayoutReader(archive, platform, limits).images();
  throw refused('the archive holds no image: neither manifest.json of "docker save" nor index.json of an OCI layout');
}

async function savedImages(archive: StagedArchive, limits: ImageLimits): Promise<ArchivedImage[]> {
  const entries = parse(await archive.read('manifest.json', limits.manifestBytes), 'manifest.json');
  if (!Array.isArray(entries) || entries.length > MOST_IMAGES) throw refused('manifest.json of the archive is no list of images');
  const images: ArchivedImage[] = [];
  for (const entry of entries as unknown[]) images.push(await savedImage(archive, limits, entry));
  return images;
}

async function savedImage(archive: StagedArchive, limits: ImageLimits, entry: unknown): Promise<ArchivedImage> {
  const { Config, RepoTags, Layers } = (isObject(entry) ? entry : {}) as { Config?: unknown; RepoTags?: unknown; Layers?: unknown };
  if (typeof Config !== 'string' || !isTexts(Layers) || !(RepoTags === null || RepoTags === undefined || isTexts(RepoTags))) throw refused('manifest.json of the archive names an image without configuration or layers');
  const bytes = await archive.read(Config, limits.configBytes);
  if (Layers.length > limits.layers) throw refused(`the image has ${Layers.length} layers, more than ${limits.layers}`);
  const configuration = readConfiguration(bytes, Layers.length, limits);
  const layers = Layers.map((name, index) => ({ digest: configuration.diffIds[index]!, file: fileOf(archive, name) }));
  return { id: digestOf(bytes), configuration, tags: (RepoTags ?? []).map((tag) => formatReference(parseReference(tag))), layers: sourcesOf(configuration, layers) };
}

/** Follows an OCI layout from its index. Every blob is held against the digest that it is named by. */
class LayoutReader {
  constructor(
    private readonly archive: StagedArchive,
    private readonly platform: Platform,
    private readonly limits: ImageLimits,
  ) {}

  async images(): Promise<ArchivedImage[]> {
    const index = readManifest(await this.archive.read('index.json', this.limits.manifestBytes), undefined, this.limits);
    if (index.kind !== 'index' || index.entries.length > MOST_IMAGES) throw refused('index.json of the archive is no list of images');
    const named = Map.groupBy(index.entries, ({ annotations }) => nameOfEntry(annotations) ?? '');
    const images: ArchivedImage[] = [];
    for (const [name, entries] of named) for (const entry of name === '' ? entries : [this.#choose(entries)]) images.push(await this.#image(entry, name));
    return images;
  }

  async #image(entry: Descriptor, name: string): Promise<ArchivedImage> {
    const manifest = await this.#manifest(entry);
    const configuration = readConfiguration(await this.#blob(manifest.config, this.limits.configBytes), manifest.layers.length, this.limits);
    const layers = [];
    for (const layer of manifest.layers) layers.push({ digest: layer.digest, file: await this.#file(layer) });
    return { id: manifest.config.digest, configuration, tags: name === '' ? [] : [name], layers: sourcesOf(configuration, layers) };
  }

  async #manifest(entry: Descriptor): Promise<Manifest> {
    let descriptor = entry;
    for (let depth = 0; depth < DEEPEST; depth += 1) {
      const document = readManifest(await this.#blob(descriptor, this.limits.manifestBytes), descriptor.mediaType, this.limits);
      if (document.kind === 'manifest') return document.manifest;
      descriptor = this.#choose(document.entries);
    }
    throw refused(`the archive's indexes lead from one to the next more than ${DEEPEST} times`);
  }

  #choose(entries: readonly Descriptor[]): Descriptor {
    const chosen = choosePlatform(entries, this.platform);
    if (chosen === undefined) throw refused(`the archive has no image for ${formatPlatform(this.platform)}`);
    return chosen;
  }

  async #blob(descriptor: Descriptor, longest: number): Promise<Buffer> {
    const bytes = await this.archive.read(blobName(descriptor), longest);
    if (digestOf(bytes) !== descriptor.digest) throw refused(`the blob ${descriptor.digest} of the archive has another digest`);
    return bytes;
  }

  async #file(descriptor: Descriptor): Promise<string> {
    const file = fileOf(this.archive, blobName(descriptor));
    if ((await digestOfFile(file)) !== descriptor.digest) throw refused(`the blob ${descriptor.digest} of the archive has another digest`);
    return file;
  }
}

function blobName({ digest }: Descriptor): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

/** The name in full; undefined for what is a tag alone or nothing that can be read. */
function nameOfEntry(annotations: Readonly<Record<string, unknown>> = {}): string | undefined {
  for (const key of NAME_ANNOTATIONS) {
    const name = annotations[key];
    if (typeof name !== 'string' || !/[/:]/.test(name)) continue;
    return formatReference(parseReference(name));
  }
  return undefined;
}

function fileOf(archive: StagedArchive, name: string): string {
  const file = archive.find(name);
  if (file === undefined) throw refused(`the archive has no layer ${name}`);
  return file;
}

function sourcesOf({ diffIds }: ImageConfiguration, layers: readonly { digest: string; file: string }[]): LayerSource[] {
  const chain = chainIds(diffIds);
  return layers.map(({ digest, file }, index) => ({ digest, size: 0, diffId: diffIds[index]!, chainId: chain[index]!, obtain: () => Promise.resolve(file) }));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function parse(bytes: Buffer, name: string): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    throw refused(`${name} of the archive is no JSON`);
  }
}
