import { describe, expect, it } from 'vitest';
import { alertRules, dashboards } from '../e2e/src/kit/dashboards.js';

const all = dashboards();

it('dashboards have names of their own', () => {
  expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
  expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
  expect(all.map(({ file }) => file)).toEqual(all.map(({ uid }) => `${uid}.json`));
});

describe.each(all)('$title', ({ panels, templating }) => {
  const shown = panels.filter(({ type }) => type !== 'row');

  it('has panels that can be told apart, each with a question, a unit and the data source that its reader chose', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(shown.map(({ title }) => title)).size).toBe(shown.length);
    expect(templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource' });
    for (const { title, targets = [], datasource, fieldConfig } of shown) {
      expect(targets.length, title).toBeGreaterThan(0);
      expect(targets.filter(({ expr }) => expr.trim() === ''), title).toEqual([]);
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
      expect([datasource, ...targets.map((target) => target.datasource)].map((one) => one?.uid), title).toEqual(['${datasource}', ...targets.map(() => '${datasource}')]);
      expect(fieldConfig?.defaults.unit, title).toBeTruthy();
    }
  });

  it('knows the variables that its questions name', () => {
    const known = new Set(['__rate_interval', ...templating.list.map(({ name }) => name)]);
    const named = shown.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/gu)].map(([, name]) => name!)));
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('has no panel over another, and none that sticks out', () => {
    const places = panels.map(({ gridPos }) => gridPos);
    const overlap = places.flatMap((a, at) => places.slice(at + 1).filter((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h));
    expect(overlap).toEqual([]);
    expect(places.filter(({ x, w }) => x + w > 24)).toEqual([]);
  });
});

it.each(alertRules())('$alert says what is wrong and what to do', ({ labels, annotations }) => {
  expect(['critical', 'warning']).toContain(labels.severity);
  expect(annotations.summary).toMatch(/\.$/u);
  expect(annotations.description.length).toBeGreaterThan(annotations.summary.length);
});
