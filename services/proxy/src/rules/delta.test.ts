import type { coreV1, discoveryV1 } from '@gantry/api-types';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runTransaction } from '../apply/programs.js';
import { newNamespace, whyNoNamespaces } from '../testing/namespaces.suite.js';
import type { Namespace } from '../testing/namespaces.suite.js';
import { NODE, endingEndpoint, service, slice } from '../testing/objects.suite.js';
import { baseTable } from './base-table.js';
import { delta } from './delta.js';
import { servicePortsOf } from './from-objects.js';
import { TABLE } from './names.js';
import { EMPTY_RULESET, joinFragments } from './ruleset.js';
import type { Fragment, Ruleset } from './ruleset.js';
import { serviceRules } from './service-rules.js';

const fragment = (name: string, spec: coreV1.ServiceSpec, endpoints: readonly (string | discoveryV1.Endpoint)[], status?: coreV1.ServiceStatus): Fragment =>
  serviceRules(servicePortsOf(service(name, spec, { status }), [slice(name, endpoints)], NODE.name), NODE);
const rulesetOf = (fragments: Readonly<Record<string, Fragment>>): Ruleset => joinFragments(new Map(Object.entries(fragments)));
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '').map((line) => line.replace(` ip ${TABLE}`, ''));

const WEB = fragment('web', { clusterIP: '10.96.0.1' }, ['10.244.1.2']);

describe('the commands of a change', () => {
  test('nothing for nothing', () => {
    const ruleset = rulesetOf({ web: WEB });
    expect(delta(ruleset, ruleset)).toEqual({ commands: '', abandoned: [], created: [] });
    expect(delta(ruleset, rulesetOf({ web: fragment('web', { clusterIP: '10.96.0.1' }, ['10.244.1.2']) })).commands).toBe('');
  });

  test('a new Service', () => {
    expect(lines(delta(EMPTY_RULESET, rulesetOf({ web: WEB })).commands)).toEqual([
      'add chain cluster/default/web/tcp/80',
      'add rule cluster/default/web/tcp/80 meta l4proto tcp dnat to 10.244.1.2:8080',
      'add element service-ips { 10.96.0.1 . tcp . 80 : goto cluster/default/web/tcp/80 }',
      'add element self-pairs { 10.244.1.2 . 10.244.1.2 }',
    ]);
  });

  test('another endpoint changes one chain, and leaves the dispatch alone', () => {
    const wanted = rulesetOf({ web: fragment('web', { clusterIP: '10.96.0.1' }, ['10.244.1.3']) });
    expect(lines(delta(rulesetOf({ web: WEB }), wanted).commands)).toEqual([
      'delete element self-pairs { 10.244.1.2 . 10.244.1.2 }',
      'flush chain cluster/default/web/tcp/80',
      'add rule cluster/default/web/tcp/80 meta l4proto tcp dnat to 10.244.1.3:8080',
      'add element self-pairs { 10.244.1.3 . 10.244.1.3 }',
    ]);
  });

  test('a Service that goes leaves its chain for later', () => {
    const { commands, abandoned } = delta(rulesetOf({ web: WEB }), EMPTY_RULESET);
    expect(lines(commands)).toEqual(['delete element service-ips { 10.96.0.1 . tcp . 80 }', 'delete element self-pairs { 10.244.1.2 . 10.244.1.2 }', 'flush chain cluster/default/web/tcp/80']);
    expect(abandoned).toEqual(['cluster/default/web/tcp/80']);
  });

  test('an endpoint of two Services stays where one of them goes', () => {
    const other = fragment('other', { clusterIP: '10.96.0.2' }, ['10.244.1.2']);
    expect(delta(rulesetOf({ web: WEB, other }), rulesetOf({ other })).commands).not.toContain('self-pairs');
  });
});

/** Numbers from a seed, the same each time. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const ENDPOINTS: readonly (string | discoveryV1.Endpoint)[] = ['10.244.1.2', '10.244.1.3', '10.244.2.2', '10.244.2.3', endingEndpoint('10.244.1.4'), endingEndpoint('10.244.2.4')];
const POLICIES = ['Cluster', 'Local'] as const;

function randomFragment(name: string, index: number, random: (below: number) => number): Fragment {
  const endpoints = ENDPOINTS.filter(() => random(2) === 0);
  const type = (['ClusterIP', 'NodePort', 'LoadBalancer'] as const)[random(3)]!;
  const spec: coreV1.ServiceSpec = {
    type,
    clusterIP: random(5) === 0 ? `10.97.0.${index + 1}` : `10.96.0.${index + 1}`,
    ports: (['TCP', 'UDP', 'SCTP'] as const).filter(() => random(2) === 0).map((protocol) => ({ name: '', port: 80, protocol, nodePort: type === 'ClusterIP' ? undefined : 30_000 + index })),
    // One address for all: they get into each other's way.
    externalIPs: random(3) === 0 ? ['203.0.113.1'] : [],
    internalTrafficPolicy: POLICIES[random(2)]!,
    externalTrafficPolicy: POLICIES[random(2)]!,
    loadBalancerSourceRanges: random(2) === 0 ? ['10.0.0.0/8', '10.1.0.0/16', '0.0.0.0/0', '192.0.2.77/24'] : [],
    ...(random(3) === 0 ? { sessionAffinity: 'ClientIP' as const, sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 + random(2) } } } : {}),
  };
  const ports = (['TCP', 'UDP', 'SCTP'] as const).map((protocol) => ({ name: '', port: 8080 + random(2), protocol }));
  const status = { loadBalancer: { ingress: [{ ip: `203.0.113.${10 + index}` }] } };
  return serviceRules(servicePortsOf(service(name, spec, { status: type === 'LoadBalancer' ? status : undefined }), [slice(name, endpoints, ports)], NODE.name), NODE);
}

/** Some Services are made anew, some go, some come, some stay. */
function randomStep(fragments: Record<string, Fragment>, random: (below: number) => number): Record<string, Fragment> {
  const next = { ...fragments };
  for (let index = 0; index < 8; index += 1) {
    const [name, fate] = [`s${index}`, random(4)];
    if (fate === 0) delete next[name];
    else if (fate === 1) next[name] = randomFragment(name, index, random);
  }
  // The order decides whose an address is that two want: always the same one.
  return Object.fromEntries(Object.entries(next).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The table without what depends on the order of changes: nft lists chains and elements in the order in which they came. */
async function listed({ run }: Namespace): Promise<string[]> {
  const text = await run('nft', ['-s', 'list', 'table', 'ip', TABLE]);
  const blocks = text.replaceAll(/elements = \{([^}]*)\}/gu, (_all, inside: string) => `elements = { ${inside.split(',').map((each) => each.trim()).toSorted().join(', ')} }`).split('\n\n');
  return blocks.map((block) => block.replace(/^table ip \S+ \{\n|\n\}\n?$/gu, '').replace(/\n\}$/u, '').trim()).filter((block) => block !== '').toSorted();
}

describe('in the kernel', () => {
  let absent: string | undefined;
  let byDeltas: Namespace;
  let whole: Namespace;
  beforeAll(async () => {
    absent = await whyNoNamespaces();
    if (absent === undefined) [byDeltas, whole] = await Promise.all([newNamespace(), newNamespace()]);
  });
  beforeEach((context) => void (absent !== undefined && context.skip(absent)));
  afterAll(() => Promise.all([byDeltas?.close(), whole?.close()]));

  test.each([1, 2, 3])('changes one after another make the table that one load makes (seed %i)', async (seed) => {
    const random = randomOf(seed);
    let fragments: Record<string, Fragment> = {};
    let present = EMPTY_RULESET;
    await runTransaction(byDeltas.run, baseTable(NODE));
    for (let step = 0; step < 12; step += 1) {
      fragments = randomStep(fragments, random);
      const wanted = rulesetOf(fragments);
      const { commands, abandoned } = delta(present, wanted);
      await runTransaction(byDeltas.run, commands);
      await runTransaction(byDeltas.run, abandoned.map((name) => `delete chain ip ${TABLE} ${name}\n`).join(''));
      present = wanted;
      await runTransaction(whole.run, `${baseTable(NODE)}${delta(EMPTY_RULESET, wanted).commands}`);
      expect(await listed(byDeltas)).toEqual(await listed(whole));
    }
  });
});
