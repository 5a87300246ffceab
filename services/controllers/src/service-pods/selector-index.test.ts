import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { Indexer } from '@gantry/informer';
import { BY_SELECTOR, selectorEntries, servicesSelecting } from './selector-index.js';

function indexed(...services: coreV1.Service[]): Indexer<coreV1.Service> {
  const indexer = new Indexer<coreV1.Service>({ [BY_SELECTOR]: selectorEntries });
  services.forEach((service) => indexer.set(service));
  return indexer;
}

const service = (name: string, selector?: Record<string, string>, spec: Partial<coreV1.ServiceSpec> = {}, namespace = 'prod'): coreV1.Service => ({ metadata: { name, namespace }, spec: { selector, ...spec } });
const pod = (labels: Record<string, string>): coreV1.Pod => ({ metadata: { name: 'p', namespace: 'prod', labels }, spec: { containers: [] } });

it.each<[string, coreV1.Service, boolean]>([
  ['one of its labels', service('s', { app: 'web' }), true],
  ['all of its labels', service('s', { tier: 'front', app: 'web' }), true],
  ['another value', service('s', { app: 'db' }), false],
  ['a label that it lacks beside one that it has', service('s', { app: 'web', zone: 'x' }), false],
  ['nothing', service('s'), false],
  ['nothing, written as an empty map', service('s', {}), false],
  ['it in another namespace', service('s', { app: 'web' }, {}, 'other'), false],
  ['it, but is a name for something outside', service('s', { app: 'web' }, { type: 'ExternalName' }), false],
])('a pod is found by a service that selects %s: %#', (_name, subject, expected) => {
  expect(servicesSelecting(indexed(subject), pod({ app: 'web', tier: 'front' }))).toEqual(expected ? ['prod/s'] : []);
});

it('finds exactly what a look at every service would', () => {
  const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'), { maxKeys: 3 });
  fc.assert(
    fc.property(fc.array(labels, { maxLength: 12 }), labels, (selectors, podLabels) => {
      const services = selectors.map((selector, index) => service(`s${index}`, selector));
      const expected = services.filter(({ spec }) => {
        const wanted = Object.entries(spec?.selector ?? {});
        return wanted.length > 0 && wanted.every(([key, value]) => podLabels[key] === value);
      });
      expect(servicesSelecting(indexed(...services), pod(podLabels)).sort()).toEqual(expected.map(({ metadata }) => `prod/${metadata?.name}`).sort());
    }),
  );
});
