import { chainIds, digestOf } from './digest.js';
import type { ContainerDefaults } from './image-config.js';
import type { TarEntry } from './tar/entry.js';
import { writeEnd, writeHeader, writePadding } from './tar/writer.js';

/** An entry as tests write it: a file of root unless it says otherwise. */
export type Written = Partial<TarEntry> & { readonly name: string; readonly content?: string | Buffer };

/** A tar archive of just these entries, whatever they are. */
export function archiveOf(entries: readonly Written[]): Buffer {
  return Buffer.concat([...entries.flatMap(({ content = '', ...entry }) => {
    const bytes = Buffer.from(content);
    const full: TarEntry = { type: 'file', linkName: '', mode: 0o644, uid: 0, gid: 0, size: bytes.length, mtime: 1_700_000_000, major: 0, minor: 0, xattrs: new Map(), ...entry };
    return [writeHeader(full), bytes, writePadding(bytes.length)];
  }), writeEnd()]);
}

export const directory = (name: string, more: Partial<TarEntry> = {}): Written => ({ name, type: 'directory', mode: 0o755, ...more });
export const link = (name: string, linkName: string, more: Partial<TarEntry> = {}): Written => ({ name, type: 'symbolic-link', linkName, mode: 0o777, ...more });
export const hardLink = (name: string, linkName: string): Written => ({ name, type: 'hard-link', linkName });

export interface MadeImage {
  readonly id: string;
  readonly config: Buffer;
  /** As they are sent. */
  readonly layers: readonly Buffer[];
  readonly manifest: Buffer;
  readonly diffIds: readonly string[];
  readonly chainIds: readonly string[];
}

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** An image of plain archives; `compress` says what is sent of each, with the end of its media type. */
export function imageOf(archives: readonly Buffer[], { config = {}, architecture = 'amd64', compress = (archive) => [archive, 'tar'] }: {
  readonly config?: ContainerDefaults;
  readonly architecture?: string;
  readonly compress?: (archive: Buffer, index: number) => readonly [Buffer, string];
} = {}): MadeImage {
  const diffIds = archives.map(digestOf);
  const bytes = Buffer.from(JSON.stringify({ architecture, os: 'linux', config, rootfs: { type: 'layers', diff_ids: diffIds } }));
  const sent = archives.map((archive, index) => compress(archive, index));
  const manifest = Buffer.from(JSON.stringify({
    schemaVersion: 2, mediaType: OCI_MANIFEST,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(bytes), size: bytes.length },
    layers: sent.map(([layer, end]) => ({ mediaType: `application/vnd.oci.image.layer.v1.${end}`, digest: digestOf(layer), size: layer.length })),
  }));
  return { id: digestOf(bytes), config: bytes, layers: sent.map(([layer]) => layer), manifest, diffIds, chainIds: chainIds(diffIds) };
}

/** What `docker save` writes. */
export function savedArchive(images: readonly { readonly image: MadeImage; readonly tags: readonly string[] }[]): Buffer {
  const manifest = images.map(({ image, tags }) => ({ Config: `${image.id.slice(7)}.json`, RepoTags: tags, Layers: image.layers.map((layer) => `${digestOf(layer).slice(7)}/layer.tar`) }));
  return archiveOf([
    ...images.flatMap(({ image }) => [{ name: `${image.id.slice(7)}.json`, content: image.config }, ...image.layers.map((layer) => ({ name: `${digestOf(layer).slice(7)}/layer.tar`, content: layer }))]),
    { name: 'manifest.json', content: JSON.stringify(manifest) },
  ]);
}

/** An OCI layout with one image under a name. */
export function layoutArchive(image: MadeImage, name: string): Buffer {
  const blobs = [image.manifest, image.config, ...image.layers];
  const index = { schemaVersion: 2, manifests: [{ mediaType: OCI_MANIFEST, digest: digestOf(image.manifest), size: image.manifest.length, annotations: { 'io.containerd.image.name': name } }] };
  return archiveOf([{ name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' }, ...blobs.map((blob) => ({ name: `blobs/sha256/${digestOf(blob).slice(7)}`, content: blob })), { name: 'index.json', content: JSON.stringify(index) }]);
}

export async function* inPieces(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
