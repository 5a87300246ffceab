import type { Metrics, Sample } from '@gantry/platform/metrics';
import type { ServedResource } from '../registry/served-resource.js';
import type { WatchCache } from '../watch-cache/watch-cache.js';

type Place = 'group' | 'resource';

/** What caches and watches count anyway, shown when somebody asks. */
export function measureCaches(metrics: Metrics, watchCache: WatchCache, resources: readonly ServedResource[]): void {
  const stored = resources.filter(({ isConverted }) => !isConverted);
  const each = (value: (resource: ServedResource) => number) => (): Sample<Place>[] => stored.map((one) => ({ labels: one.groupResource, value: value(one) }));
  const labels = ['group', 'resource'] as const;
  metrics.gaugeOf({ name: 'apiserver_resource_objects', help: 'Objects that are stored.', labels }, each(({ cache }) => cache.size));
  metrics.gaugeOf({ name: 'apiserver_storage_objects', help: 'Objects that are stored, under the name of older dashboards.', labels: ['resource'] }, () =>
    stored.map(({ groupResource: { group, resource }, cache }) => ({ labels: { resource: group === '' ? resource : `${resource}.${group}` }, value: cache.size })),
  );
  metrics.counterOf({ name: 'apiserver_watch_cache_events_received_total', help: 'Changes that reached the watch cache.', labels }, each(({ cache }) => cache.received));
  metrics.gaugeOf({ name: 'apiserver_watch_cache_capacity', help: 'Changes that are kept at most for watches that resume.', labels }, each(({ cache }) => cache.capacity));
  metrics.gaugeOf({ name: 'apiserver_watch_cache_resource_version', help: 'The revision that the watch cache shows; one for all resources.', labels }, each(() => watchCache.revision));
  metrics.counterOf({ name: 'apiserver_storage_consistency_checks_total', help: 'Comparisons of a cache with the store at the same revision, by what came of them.', labels: ['group', 'resource', 'status'] }, () =>
    stored.flatMap(({ groupResource, cache }) => Object.entries(watchCache.comparison.countsOf(cache)).map(([status, value]) => ({ labels: { ...groupResource, status }, value: value as number }))),
  );
  metrics.counterOf({ name: 'apiserver_terminated_watchers_total', help: 'Watches that were cut off, because their clients took nothing.', labels }, each(({ cache }) => cache.watchers.terminated));
  metrics.counterOf({ name: 'apiserver_watch_events_total', help: 'Events that were sent to watches.', labels: ['group', 'version', 'resource'] }, () =>
    resources.map(({ groupResource, kind: { version }, sent }) => ({ labels: { group: groupResource.group, version, resource: groupResource.resource }, value: sent.events })),
  );
}
