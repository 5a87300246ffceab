import { expect, test } from 'vitest';
import { podRequests } from './pod-requests.js';
import { refusalOf } from './refusal.js';
import type { Room } from './refusal.js';
import { changedResources } from './requirements.js';
import type { Requirements } from './requirements.js';

const GIB = 2 ** 30;
const room = (more: Partial<Room>): Room => ({ present: { cpu: 100, memory: GIB }, wanted: { cpu: 100, memory: GIB }, used: { cpu: 3000, memory: 6 * GIB }, capacity: { cpu: 4000, memory: 8 * GIB }, ...more });

test.each<[string, Room, string | undefined]>([
  ['what fits is given', room({ wanted: { cpu: 1000, memory: 2 * GIB } }), undefined],
  ['more cpu than the node ever has', room({ wanted: { cpu: 5000, memory: GIB } }), "Infeasible: Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000"],
  ['more memory than the node ever has', room({ wanted: { cpu: 5000, memory: 9 * GIB } }), "Infeasible: Node didn't have enough capacity: memory, requested: 9663676416, capacity: 8589934592"],
  ['more cpu than the others leave', room({ wanted: { cpu: 1001, memory: GIB } }), "Deferred: Node didn't have enough resource: cpu, requested: 1001, used: 3000, capacity: 4000"],
  ['more memory than the others leave', room({ wanted: { cpu: 100, memory: 3 * GIB } }), "Deferred: Node didn't have enough resource: memory, requested: 3221225472, used: 6442450944, capacity: 8589934592"],
  ['what shrinks is given although the node has too little', room({ wanted: { cpu: 50, memory: GIB }, used: { cpu: 4000, memory: 8 * GIB } }), undefined],
])('room on a node: %s', (_sentence, given, expected) => {
  const refusal = refusalOf(given);
  expect(refusal && `${refusal.reason}: ${refusal.message}`).toBe(expected);
});

const requests = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory } } });
test.each([
  ['its containers together', { containers: [{ name: 'a', ...requests('100m', '1Gi') }, { name: 'b', ...requests('1', '1Gi') }] }, [1100, 2 * GIB]],
  ['the largest init container', { containers: [{ name: 'a', ...requests('100m', '1Gi') }], initContainers: [{ name: 'i', ...requests('2', '1Mi') }] }, [2000, GIB]],
  ['sidecars beside all that come after them', { containers: [{ name: 'a', ...requests('100m', '1Gi') }], initContainers: [{ name: 's', restartPolicy: 'Always', ...requests('50m', '1Gi') }, { name: 'i', ...requests('2', '1Mi') }] }, [2050, 2 * GIB]],
  ['the overhead on top', { containers: [{ name: 'a', ...requests('1', '1Gi') }], overhead: { cpu: '10m' } }, [1010, GIB]],
  ['what the pod asks for instead', { containers: [{ name: 'a', ...requests('1', '1Gi') }], resources: { requests: { cpu: '3' } } }, [3000, GIB]],
])('a pod takes of its node: %s', (_sentence, spec, [cpu, memory]) => {
  expect(podRequests({ spec })).toEqual({ cpu, memory });
});

test('a pod takes what it was given where that is something else', () => {
  expect(podRequests({ spec: { containers: [{ name: 'a', ...requests('1', '1Gi') }] } }, new Map([['a', { requests: { cpu: '250m' } }]]))).toEqual({ cpu: 250, memory: 0 });
});

test.each<[string, Requirements, Requirements, string[]]>([
  ['nothing', {}, {}, []],
  ['the same in other words', { requests: { cpu: '0.5', memory: '1Gi' } }, { requests: { cpu: '500m', memory: '1024Mi' } }, []],
  ['a request of cpu', { requests: { cpu: '100m' } }, { requests: { cpu: '200m' } }, ['cpu']],
  ['a limit that comes', { requests: { cpu: '100m' } }, { requests: { cpu: '100m' }, limits: { cpu: '200m' } }, ['cpu']],
  ['a request of memory', { requests: { memory: '1Gi' } }, { requests: { memory: '2Gi' } }, ['memory']],
  ['both', { limits: { cpu: '1', memory: '1Gi' } }, { limits: { cpu: '2', memory: '2Gi' } }, ['cpu', 'memory']],
  ['what the kernel does not tell apart', { requests: { cpu: '2m' }, limits: { cpu: '10m' } }, { requests: { cpu: '1m' }, limits: { cpu: '5m' } }, []],
])('to change: %s', (_sentence, actual, wanted, expected) => {
  expect(changedResources(actual, wanted)).toEqual(expected);
});
