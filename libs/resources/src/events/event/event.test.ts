import { describe, expect, it } from 'vitest';
import type { eventsV1 } from '@gantry/api-types';
import { texts } from '../../fixtures.suite.js';
import { fromCoreEvent, toCoreEvent } from './conversion.js';
import { newEvent } from './kind.js';

const event: eventsV1.Event = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'ns', uid: 'u', resourceVersion: '1' },
  regarding: { kind: 'Pod', namespace: 'ns', name: 'p' },
  note: 'something happened',
  type: 'Normal',
  reason: 'Testing',
  action: 'Test',
  eventTime: '2026-01-02T03:04:05.000000Z',
  reportingController: 'example.com/test',
  reportingInstance: 'test-1',
};

describe('conversion', () => {
  it('renames to the stored form and back', () => {
    const stored = toCoreEvent(event);
    expect(stored).toMatchObject({ apiVersion: 'v1', involvedObject: { name: 'p' }, message: 'something happened', reportingComponent: 'example.com/test' });
    expect(stored).not.toHaveProperty('note');
    expect(fromCoreEvent(stored)).toEqual(event);
  });

  it('shows old fields under their deprecated names', () => {
    const old = { apiVersion: 'v1', kind: 'Event', metadata: {}, involvedObject: {}, count: 3, firstTimestamp: '2026-01-02T03:04:05Z', source: { component: 'a' } };
    expect(fromCoreEvent(old)).toMatchObject({ deprecatedCount: 3, deprecatedFirstTimestamp: '2026-01-02T03:04:05Z', deprecatedSource: { component: 'a' } });
  });
});

describe('rules of the newer API', () => {
  const { strategy } = newEvent;

  it.each<[string, Partial<eventsV1.Event>, string[]]>([
    ['a complete event is good', {}, []],
    ['it has an eventTime', { eventTime: undefined }, ['eventTime: Required value']],
    ['it has one of two types', { type: 'Odd' }, ['type: Invalid value: "": has invalid value: Odd']],
    ['it has no count', { deprecatedCount: 1 }, ['count: Invalid value: "": needs to be unset']],
    ['a series has two at least', { series: { count: 1, lastObservedTime: '2026-01-02T03:04:05.000000Z' } }, ['series.count: Invalid value: "": should be at least 2']],
  ])('%s', (_sentence, fields, errors) => {
    expect(texts(strategy.validate({ ...event, ...fields } as never))).toEqual(errors);
  });

  it('only the series changes', () => {
    const series = { count: 2, lastObservedTime: '2026-01-02T03:05:05.000000Z' };
    expect(texts(strategy.validateUpdate({ ...event, series } as never, event as never))).toEqual([]);
    expect(texts(strategy.validateUpdate({ ...event, note: 'else' } as never, event as never))).toEqual(['message: Invalid value: "else": field is immutable']);
  });
});
