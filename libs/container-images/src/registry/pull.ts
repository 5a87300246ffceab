import type { Clock, Logger } from '@gantry/async';
import { chainIds } from '../digest.js';
import { readConfiguration, readManifest } from '../documents.js';
import type { ImageConfiguration, Manifest } from '../documents.js';
import { ImageError, refused } from '../image-error.js';
import type { Platform } from '../image-config.js';
import type { ImageLimits, ImageStore, StoredImage } from '../image-store.js';
import { choosePlatform, formatPlatform } from '../platform.js';
import type { Reference } from '../reference.js';
import { formatReference, nameOf, parseReference } from '../reference.js';
import type { Arrivals } from '../store/arrivals.js';
import type { LayerSource } from '../store/assemble.js';
import type { Catalog } from '../store/catalog.js';
import type { StorePlaces } from '../store/places.js';
import type { Records } from '../store/records.js';
import { download } from './download.js';
import { currentRegistries } from './registries-file.js';
import type { RepositoryParts } from './repository.js';
import { Repository } from './repository.js';

/** What is known of an image once its documents were fetched. */
interface ResolvedImage {
  /** Of its configuration. */
  readonly id: string;
  /** Of what its reference led to: an index where there is one. */
  readonly digest: string;
  readonly configuration: ImageConfiguration;
  readonly manifest: Manifest;
}

/** An index may name indexes, but not without end. */
const DEEPEST = 4;

/** Fetches manifest and configuration. */
async function resolveImage(repository: Repository, platform: Platform, limits: ImageLimits): Promise<ResolvedImage> {
  const top = await repository.manifest();
  const manifest = await chooseManifest(repository, platform, limits, top);
  const bytes = await repository.blob(manifest.config, limits.configBytes, 'the configuration');
  return { id: manifest.config.digest, digest: top.digest, manifest, configuration: readConfiguration(bytes, manifest.layers.length, limits) };
}

async function chooseManifest(repository: Repository, platform: Platform, limits: ImageLimits, top: Awaited<ReturnType<Repository['manifest']>>): Promise<Manifest> {
  let fetched = top;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const document = readManifest(fetched.bytes, fetched.mediaType, limits);
    if (document.kind === 'manifest') return document.manifest;
    const chosen = choosePlatform(document.entries, platform);
    if (chosen === undefined) throw new ImageError('image-not-found', `no match for platform in manifest: the image is not there for ${formatPlatform(platform)}`);
    fetched = await repository.manifest(chosen.digest);
  }
  throw refused(`the image's indexes lead from one to the next more than ${DEEPEST} times`);
}

export interface PullParts extends Omit<RepositoryParts, 'credentials' | 'signal'> {
  readonly places: StorePlaces;
  readonly records: Records;
  readonly catalog: Catalog;
  readonly arrivals: Arrivals;
  readonly platform: Platform;
  readonly logger: Logger;
}

/** Makes the function that pulls. */
export function createPull(parts: PullParts): ImageStore['pull'] {
  return async (text, options = {}) => {
    const reference = parseReference(text);
    const registries = await currentRegistries(parts.places.root, parts.registries);
    const repository = new Repository(reference, { ...parts, registries, credentials: options.credentials, signal: options.signal });
    const name = formatReference(reference);
    const phase = async <T>(what: 'resolve' | 'fetch', work: Promise<T>): Promise<T> => work.catch((error: unknown) => {
      options.signal?.throwIfAborted();
      throw pullFailure(name, what, error, parts.logger);
    });
    const unchanged = await phase('resolve', unchangedImage(parts, repository, reference));
    if (unchanged !== undefined) return unchanged;
    const resolved = await phase('resolve', resolveImage(repository, parts.platform, parts.limits));
    const names = [...new Set([name, `${nameOf(reference)}@${resolved.digest}`])];
    return phase('fetch', parts.arrivals.add({ id: resolved.id, configuration: resolved.configuration, names, layers: layerSources(parts.places, repository, resolved, parts.clock) }, options));
  };
}

/** The image that is here already by the digest that its registry tells; asking for that is free of charge where pulls are counted. */
async function unchangedImage({ catalog, records }: PullParts, repository: Repository, reference: Reference): Promise<StoredImage | undefined> {
  const here = await catalog.get(formatReference(reference));
  if (here === undefined) return undefined;
  const digest = await repository.digest();
  const known = digest === undefined ? undefined : await catalog.get(`${nameOf(reference)}@${digest}`);
  if (known === undefined) return undefined;
  if (known.id !== here.id) await records.putReference({ name: formatReference(reference), id: known.id });
  await records.touch(known.id);
  return catalog.get(known.id);
}

/** The layers of a resolved image, to be downloaded. */
function layerSources(places: StorePlaces, repository: Repository, { manifest, configuration }: ResolvedImage, clock: Clock): LayerSource[] {
  const chain = chainIds(configuration.diffIds);
  return manifest.layers.map(({ digest, size }, index) => ({
    digest, size, diffId: configuration.diffIds[index]!, chainId: chain[index]!,
    obtain: (signal, onBytes) => download(places, { digest, size, clock, signal, onBytes, open: (offset) => repository.openBlob(digest, offset) }),
  }));
}

/** Failures in the words of containerd, by which people search. */
function pullFailure(reference: string, phase: 'resolve' | 'fetch', error: unknown, logger: Logger): ImageError {
  const { message } = error as Error;
  logger.debug({ reference, error: String(error) }, 'a pull failed');
  const start = `failed to pull and unpack image "${reference}": `;
  const where = phase === 'resolve' ? `failed to resolve reference "${reference}": ` : '';
  if (!(error instanceof ImageError)) return new ImageError('pull-failed', `${start}${where}${message}`, { cause: error });
  const what = error.code === 'image-not-found' && message === 'not found' ? `${reference}: not found` : message;
  return new ImageError(error.code, `${start}${where}${what}`, { cause: error });
}
