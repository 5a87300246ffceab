import type { Logger } from '@gantry/async';
import type { ContainerDefaults, Platform } from './image-config.js';

/** How to reach one registry, by the host that references name. */
export interface RegistrySettings {
  /** Asked before the registry itself, in this order: `https://mirror.example.com` or `http://127.0.0.1:5000`, with a path where it has one. */
  readonly mirrors?: readonly string[];
  /** Plain HTTP is allowed, and certificates are not verified. Addresses of this machine's loopback interface are so without being told. */
  readonly insecure?: boolean;
  /** PEM of authorities beside those of the system. */
  readonly authority?: string;
}

/** What no image may exceed; a registry or archive that sends more is refused. */
export interface ImageLimits {
  /** Bytes of a manifest or index (4 MiB), and of a configuration (4 MiB). */
  readonly manifestBytes: number;
  readonly configBytes: number;
  /** Layers of an image: 127, as many as Docker makes. */
  readonly layers: number;
  /** Bytes (64 GiB) and entries (a million) of one unpacked layer. */
  readonly layerBytes: number;
  readonly layerEntries: number;
  /** Unpacked bytes for each compressed one, once a layer has 100 MiB: 200. */
  readonly ratio: number;
}

export interface ImageStoreOptions {
  /** Made where it is not there; several processes of one machine may have it open at once. */
  readonly root: string;
  /** By host, such as `docker.io`, before what `registries.json` in the root says; those that are not named are reached over HTTPS at their host. */
  readonly registries?: Readonly<Record<string, RegistrySettings>>;
  /** Of an index of several platforms, which one; unset: this machine's. */
  readonly platform?: Platform;
  readonly limits?: Partial<ImageLimits>;
  /** Layers downloaded at once for all pulls of this process: 3 when unset. */
  readonly downloads?: number;
  /** Addresses of name servers that are asked where the system's find nothing: for processes in a network of their own, which cannot reach a resolver on the machine's loopback. */
  readonly resolvers?: readonly string[];
  /** Variables that may name proxies: HTTPS_PROXY, HTTP_PROXY, NO_PROXY, also in lower case; unset: no proxy is used. */
  readonly proxyEnvironment?: NodeJS.ProcessEnv;
  readonly logger?: Logger;
}

export interface StoredImage {
  /** `sha256:…` of its configuration. */
  readonly id: string;
  /** `docker.io/library/busybox:1.36` in full, as all names here. */
  readonly repoTags: readonly string[];
  /** `docker.io/library/busybox@sha256:…`; empty for images that came from no registry. */
  readonly repoDigests: readonly string[];
  /** Bytes of its unpacked layers. */
  readonly size: number;
  /** RFC 3339, as its configuration says; '' where that says nothing. */
  readonly createdAt: string;
  readonly config: ContainerDefaults;
  readonly platform: Platform;
  /** Absolute folders of the unpacked layers, lowest first, for `lowerdir` of overlay in reverse. Never to be written to. */
  readonly layers: readonly string[];
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What happens to one layer of an image that is pulled, loaded or built. */
export interface LayerProgress {
  readonly digest: string;
  readonly state: 'waiting' | 'downloading' | 'unpacking' | 'done' | 'exists';
  /** Bytes that are there, of how many, 0: not known. */
  readonly current: number;
  readonly total: number;
}

export interface PullOptions {
  readonly credentials?: Credentials;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LayerProgress) => void;
}

export interface LoadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LayerProgress) => void;
}

export interface BuildOptions {
  /** The files of the only layer. */
  readonly folder: string;
  /** References that the image gets. */
  readonly tags: readonly string[];
  readonly config?: ContainerDefaults;
  readonly platform?: Platform;
  /** Whose all files are; unset: as in the folder. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly signal?: AbortSignal;
}

/** Something that needs an image's folders: a container, from before it mounts them until after it unmounted them. */
export interface ImageHold {
  readonly imageId: string;
  /** Unique on the machine and a file's name: such as `<cluster>.<node>.<container id>`. */
  readonly holder: string;
}

export interface GarbageOptions {
  /** Percent of the disk in use above which images are removed, least recently used first, until it is at or below `low`: 85 and 80, as upstream. */
  readonly high?: number;
  readonly low?: number;
  /** Milliseconds for which an image must have been there and unused: 2 minutes. */
  readonly minimumAge?: number;
  /** Images that nothing has used for this many milliseconds are removed whatever the disk says; 0 or unset: none. */
  readonly maximumAge?: number;
  /** Images that stay, beside those that are held: references or ids. */
  readonly keep?: readonly string[];
}

export interface GarbageReport {
  readonly removed: readonly StoredImage[];
  /** Bytes that came free, those of leftovers of pulls that were cut off included. */
  readonly freed: number;
  /** Percent of the disk in use, before and after. */
  readonly usedBefore: number;
  readonly usedAfter: number;
  /** Bytes that had to come free for `low`; 0 while the disk is below `high`. */
  readonly wanted: number;
  /** How many of them did not, because nothing more could be removed. */
  readonly short: number;
}

/** The images of a machine. Everything is idempotent; errors are `ImageError`. */
export interface ImageStore {
  readonly root: string;
  /** Fetches what is not there and moves the tag. */
  pull(reference: string, options?: PullOptions): Promise<StoredImage>;
  /** All images of an archive in the format of `docker save` or an OCI layout: tar, plain or compressed by gzip or zstd. */
  load(archive: AsyncIterable<Uint8Array>, options?: LoadOptions): Promise<StoredImage[]>;
  /** An image of one layer from a folder. */
  build(options: BuildOptions): Promise<StoredImage>;
  /** By reference, by id (`sha256:…`, or its first 12 or more digits) or by digest reference. */
  get(reference: string): Promise<StoredImage | undefined>;
  list(): Promise<StoredImage[]>;
  /** Another name for an image that is there. */
  tag(image: string, reference: string): Promise<void>;
  /** By reference: that name, and the image with its last name; by id: all of it. `invalid` while something holds it; nothing happens where it is not there. */
  remove(image: string): Promise<void>;
  /** From now on neither `remove` nor `collectGarbage` of any process takes the image. Survives the process. */
  hold(hold: ImageHold): Promise<void>;
  release(hold: ImageHold): Promise<void>;
  holds(): Promise<ImageHold[]>;
  collectGarbage(options?: GarbageOptions): Promise<GarbageReport>;
  /** Lets go of connections, and waits until what came is on the disk. */
  close(): Promise<void>;
}
