import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@gantry/async';
import { Semaphore, silentLogger, systemClock } from '@gantry/async';
import type { ArchivedImage } from './archive/archived-images.js';
import { archivedImages } from './archive/archived-images.js';
import { buildImage } from './archive/build.js';
import { stageArchive } from './archive/stage.js';
import { collectGarbage } from './garbage/collect.js';
import type { ImageStore, ImageStoreOptions, LoadOptions, StoredImage } from './image-store.js';
import { DEFAULT_LIMITS } from './limits.js';
import { machinePlatform } from './platform.js';
import { Http } from './registry/http.js';
import { createPull } from './registry/pull.js';
import { Arrivals } from './store/arrivals.js';
import type { AssemblyParts } from './store/assemble.js';
import { Catalog } from './store/catalog.js';
import { makeFolders } from './store/files.js';
import { Holds } from './store/holds.js';
import { Layers } from './store/layers.js';
import { withFileLock } from './store/lock.js';
import { ownedName } from './store/owner.js';
import { storePlaces } from './store/places.js';
import { Records } from './store/records.js';
import { sweep } from './store/sweep.js';
import { Whiteouts } from './unpack/whiteouts.js';

const DOWNLOADS = 3;
/** Unpacking takes a core each. */
const UNPACKS = 2;

/** Opens the images of a machine below `root`. */
export async function openImageStore(options: ImageStoreOptions, clock: Clock = systemClock): Promise<ImageStore> {
  const places = storePlaces(options.root);
  await makeFolders(Object.values(places));
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const platform = options.platform ?? machinePlatform();
  const logger = options.logger ?? silentLogger;
  const [records, holds, layers, http] = [new Records(places), new Holds(places), new Layers(places), new Http(options)];
  const parts: AssemblyParts = {
    places, layers, limits, logger, whiteouts: new Whiteouts(places.root, places.temporary), downloads: new Semaphore(options.downloads ?? DOWNLOADS), unpacks: new Semaphore(UNPACKS),
  };
  const catalog = new Catalog(places, records, holds, layers);
  const arrivals = new Arrivals(parts, records, catalog, () => clock.now());
  const freeSpace = (): Promise<number> => sweep(places, records, layers);
  const added = (image: ArchivedImage, loading: LoadOptions): Promise<StoredImage> => arrivals.add({ ...image, names: image.tags }, loading);
  /** Runs `work` with a name for a file or folder of its own, which goes with it. */
  const withTemporary = async <T>(work: (path: string) => Promise<T>): Promise<T> => {
    const path = join(places.temporary, ownedName());
    return work(path).finally(() => rm(path, { recursive: true, force: true }));
  };
  return {
    root: places.root,
    pull: createPull({ places, records, catalog, arrivals, http, clock, limits, platform, logger, registries: options.registries ?? {} }),
    load: (archive, loading = {}) => withTemporary(async (folder) => {
      const images = await archivedImages(await stageArchive(archive, folder, limits, loading.signal), platform, limits);
      const stored: StoredImage[] = [];
      for (const image of images) stored.push(await added(image, loading));
      return stored;
    }),
    build: (building) => withTemporary(async (file) => added(await buildImage(building, building.platform ?? platform, limits, file), building)),
    get: (reference) => catalog.get(reference),
    list: () => catalog.list(),
    tag: (image, reference) => catalog.tag(image, reference),
    async remove(image) {
      await catalog.remove(image);
      await freeSpace();
    },
    hold: (hold) => catalog.hold(hold),
    release: (hold) => catalog.release(hold),
    holds: () => holds.all(),
    collectGarbage: (collecting = {}) => withFileLock(join(places.locks, 'garbage'), undefined, () => collectGarbage(
      { places, records, holds, sweep: freeSpace, get: (reference) => catalog.get(reference), remove: (id) => catalog.removeUnused(id), now: () => clock.now() },
      collecting,
    )),
    async close() {
      http.close();
      await arrivals.settled();
    },
  };
}
