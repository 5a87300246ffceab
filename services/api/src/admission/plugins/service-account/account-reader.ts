import type { ResourceObject } from '@gantry/resources';
import type { ObjectReader } from '../../../registry/object-reader.js';
import { storageKeyOf } from '../../../registry/served-resource.js';
import type { ServedResource } from '../../../registry/served-resource.js';
import type { Watcher } from '../../../watch-cache/watcher-index.js';
import type { ServiceAccountReader } from './service-account.js';

/** What upstream waits for at least: ten looks, a tenth of a second and more apart. */
const PATIENCE_MS = 1_500;

/** Reads service accounts, and waits for events of those that are to come. */
export function serviceAccountReader(reader: ObjectReader, accounts: ServedResource): ServiceAccountReader {
  return { ...reader, awaited: (namespace, name) => awaited(accounts, storageKeyOf(accounts, namespace, name)) };
}

function awaited({ cache }: ServedResource, key: string): Promise<ResourceObject | undefined> {
  return new Promise((resolve) => {
    const finish = (object: ResourceObject | undefined): void => {
      clearTimeout(timer);
      cache.watchers.delete(watcher);
      resolve(object);
    };
    const watcher: Watcher = {
      offer: ({ type, object }) => {
        if (object.key === key && type !== 'DELETED') finish(object.object);
      },
      progress: () => undefined,
      end: () => finish(undefined),
    };
    const timer = setTimeout(() => finish(cache.get(key)?.object), PATIENCE_MS);
    cache.watchers.add(watcher);
    const known = cache.get(key);
    if (known !== undefined) finish(known.object);
  });
}
