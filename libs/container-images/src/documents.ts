import type { ContainerDefaults, Platform } from './image-config.js';
import { isDigest } from './digest.js';
import { refused } from './image-error.js';
import type { ImageLimits } from './image-store.js';

/** Names a blob (OCI image specification, "Content Descriptors"). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: Partial<Platform>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export interface ImageConfiguration {
  readonly created?: string;
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly config: ContainerDefaults;
  readonly diffIds: readonly string[];
}

const INDEXES = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'];
const MANIFESTS = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];
const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\b/;
const LAYER = /^application\/vnd\.(?:docker\.image\.rootfs\.diff|docker\.image\.rootfs\.foreign\.diff|oci\.image\.layer(?:\.nondistributable)?)\b.*\btar\b/;
const MANY_ENTRIES = 1000;

/** What is asked of a registry. */
export const ACCEPTED = [...INDEXES, ...MANIFESTS];

export type ManifestDocument = { readonly kind: 'index'; readonly entries: readonly Descriptor[] } | { readonly kind: 'manifest'; readonly manifest: Manifest };

/** Reads a manifest or an index; `mediaType` is what it came as, for those that do not say it themselves. */
export function readManifest(bytes: Uint8Array, mediaType: string | undefined, limits: ImageLimits): ManifestDocument {
  const document = readObject(bytes, limits.manifestBytes, 'manifest');
  const type = typeof document['mediaType'] === 'string' ? document['mediaType'] : mediaType;
  if (document['schemaVersion'] === 1 || SCHEMA_1.test(type ?? '')) throw refused('the image has a manifest of schema 1, which is out of use: push it again with a newer tool');
  if (Array.isArray(document['manifests']) !== Array.isArray(document['layers'])) return readKnown(document, limits);
  throw refused(`a manifest of type ${type ?? 'unknown'} is not that of an image`);
}

function readKnown(document: Record<string, unknown>, limits: ImageLimits): ManifestDocument {
  if (Array.isArray(document['manifests'])) {
    if (document['manifests'].length > MANY_ENTRIES) throw refused(`an index of ${document['manifests'].length} images is not taken`);
    return { kind: 'index', entries: document['manifests'].map((entry) => readDescriptor(entry, 'an entry of the index')) };
  }
  const layers = document['layers'] as unknown[];
  if (layers.length > limits.layers) throw refused(`the image has ${layers.length} layers, more than ${limits.layers}`);
  return { kind: 'manifest', manifest: { config: readDescriptor(document['config'], 'the configuration'), layers: layers.map(readLayer) } };
}

function readLayer(value: unknown, index: number): Descriptor {
  const layer = readDescriptor(value, `layer ${index}`);
  if (!LAYER.test(layer.mediaType)) throw refused(`layer ${index} is of type ${layer.mediaType}, which is no layer of files`);
  return layer;
}

function readDescriptor(value: unknown, what: string): Descriptor {
  const { mediaType, digest, size, platform, annotations } = (value ?? {}) as Partial<Record<keyof Descriptor, unknown>>;
  if (!isDigest(digest)) throw refused(`${what} has no sha256 digest`);
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw refused(`${what} has no size`);
  return { mediaType: String(mediaType ?? ''), digest, size: size as number, ...(isObject(platform) ? { platform } : {}), ...(isObject(annotations) ? { annotations: annotations as Record<string, string> } : {}) };
}

/** Reads an image's configuration and holds it against its manifest. */
export function readConfiguration(bytes: Uint8Array, layers: number, limits: ImageLimits): ImageConfiguration {
  const document = readObject(bytes, limits.configBytes, 'configuration');
  const diffIds = isObject(document['rootfs']) ? document['rootfs']['diff_ids'] : undefined;
  if (!Array.isArray(diffIds) || !diffIds.every(isDigest)) throw refused('the configuration names no unpacked layers (rootfs.diff_ids): it is not that of an image');
  if (diffIds.length !== layers) throw refused(`the manifest has ${layers} layers and the configuration ${diffIds.length}`);
  const { created, architecture, os, variant } = document;
  return {
    ...(typeof created === 'string' ? { created } : {}),
    architecture: String(architecture ?? ''),
    os: String(os ?? 'linux'),
    ...(typeof variant === 'string' && variant !== '' ? { variant } : {}),
    config: readDefaults(document['config']),
    diffIds,
  };
}

const LISTS = ['Env', 'Cmd', 'Entrypoint'] as const;
const TEXTS = ['User', 'WorkingDir', 'StopSignal'] as const;
const MAPS = ['Volumes', 'ExposedPorts', 'Labels'] as const;

/** Only what is used, each of its type: a list of texts is one. */
function readDefaults(value: unknown): ContainerDefaults {
  if (!isObject(value)) return {};
  const read = [
    ...LISTS.map((key) => [key, Array.isArray(value[key]) && value[key].every((item) => typeof item === 'string') ? value[key] : undefined]),
    ...TEXTS.map((key) => [key, typeof value[key] === 'string' && value[key] !== '' ? value[key] : undefined]),
    ...MAPS.map((key) => [key, isObject(value[key]) ? value[key] : undefined]),
  ];
  return Object.fromEntries(read.filter(([, known]) => known !== undefined)) as ContainerDefaults;
}

function readObject(bytes: Uint8Array, longest: number, what: string): Record<string, unknown> {
  if (bytes.length > longest) throw refused(`a ${what} of ${bytes.length} bytes is longer than ${longest}`);
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw refused(`the ${what} is no JSON object`);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
