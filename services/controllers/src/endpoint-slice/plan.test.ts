import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { coreV1, discoveryV1 } from '@gantry/api-types';
import type { SliceChanges } from './pack.js';
import { computePlan, MAX_ENDPOINTS } from './plan.js';

type Slice = discoveryV1.EndpointSlice;

interface PodFacts {
  ip?: string;
  ready?: boolean;
  deleting?: boolean;
  phase?: string;
  node?: string;
  ports?: coreV1.ContainerPort[];
  hostname?: string;
  subdomain?: string;
}

function pod(name: string, facts: PodFacts = {}): coreV1.Pod {
  const { ip = '10.0.0.1', ready = true, deleting = false, phase = 'Running', node = 'n1', ports = [{ name: 'http', containerPort: 8080 }], hostname, subdomain } = facts;
  return {
    metadata: { name, namespace: 'prod', uid: `uid-${name}`, labels: { app: 'web' }, ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { containers: [{ name: 'c', ports }], nodeName: node, hostname, subdomain },
    status: { phase, podIP: ip, podIPs: ip === '' ? [] : [{ ip }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

function service(spec: Partial<coreV1.ServiceSpec> = {}, labels?: Record<string, string>): coreV1.Service {
  const ports = [{ name: 'web', port: 80, targetPort: 'http', protocol: 'TCP' }];
  return { metadata: { name: 'web', namespace: 'prod', uid: 'svc', labels }, spec: { selector: { app: 'web' }, clusterIP: '10.96.0.5', ipFamilies: ['IPv4'], ports, ...spec } };
}

const NODES: Record<string, coreV1.Node> = { n1: { metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'z1' } } }, n2: { metadata: { name: 'n2' } } };

const plan = (subject: coreV1.Service, pods: coreV1.Pod[], slices: Slice[] = []) => computePlan(subject, { pods, slices, node: (name) => NODES[name] });

/** The slices as they are after a plan was carried out. */
function apply(slices: readonly Slice[], { create, update, remove }: SliceChanges, round = 0): Slice[] {
  const kept = slices.filter((slice) => !remove.includes(slice)).map((slice) => update.find(({ metadata }) => metadata?.name === slice.metadata?.name) ?? slice);
  return [...kept, ...create.map((slice, index) => ({ ...slice, metadata: { ...slice.metadata, name: `web-${round}-${index}` } }))];
}

const only = (slices: readonly Slice[]): Slice => {
  expect(slices).toHaveLength(1);
  return slices[0]!;
};

/** `first:count` of pods of one group, p0 … */
const many = (count: number, from = 0, facts: PodFacts = {}) => Array.from({ length: count }, (_, index) => pod(`p${from + index}`, { ip: `10.1.${(from + index) >> 8}.${(from + index) & 255}`, ...facts }));
const sizes = (slices: readonly Slice[]) => slices.map(({ endpoints }) => endpoints?.length);

describe('a slice', () => {
  it('says all about its service and its pods', () => {
    const { create } = plan(service({}, { team: 'a' }), [pod('a')]);
    expect(only(create)).toEqual({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: 'web-',
        namespace: 'prod',
        labels: { team: 'a', 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'svc', controller: true, blockOwnerDeletion: true }],
      },
      addressType: 'IPv4',
      ports: [{ name: 'web', port: 8080, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true, serving: true, terminating: false },
          targetRef: { kind: 'Pod', namespace: 'prod', name: 'a', uid: 'uid-a' },
          nodeName: 'n1',
          zone: 'z1',
        },
      ],
    });
  });

  it.each<[string, Partial<coreV1.ServiceSpec>, coreV1.Pod, discoveryV1.EndpointConditions | undefined]>([
    ['not ready', {}, pod('a', { ready: false }), { ready: false, serving: false, terminating: false }],
    ['ending, but still serving', {}, pod('a', { deleting: true }), { ready: false, serving: true, terminating: true }],
    ['ending and done', {}, pod('a', { deleting: true, ready: false }), { ready: false, serving: false, terminating: true }],
    ['not ready, but published all the same', { publishNotReadyAddresses: true }, pod('a', { ready: false }), { ready: true, serving: false, terminating: false }],
    ['on a node that nobody knows, but published all the same', { publishNotReadyAddresses: true }, pod('a', { node: 'gone' }), { ready: true, serving: true, terminating: false }],
    ['on a node that nobody knows', {}, pod('a', { node: 'gone' }), undefined],
    ['over', {}, pod('a', { phase: 'Succeeded' }), undefined],
    ['failed', { publishNotReadyAddresses: true }, pod('a', { phase: 'Failed' }), undefined],
    ['without an address', {}, pod('a', { ip: '' }), undefined],
    ['of the other family', {}, pod('a', { ip: 'fd00::1' }), undefined],
  ])('shows a pod that is %s', (_name, spec, subject, expected) => {
    expect(only(plan(service(spec), [subject]).create).endpoints?.map(({ conditions }) => conditions)).toEqual(expected === undefined ? [] : [expected]);
  });

  it.each<[string, PodFacts, string | undefined]>([
    ['subdomain is the service', { hostname: 'web-0', subdomain: 'web' }, 'web-0'],
    ['subdomain is another', { hostname: 'web-0', subdomain: 'db' }, undefined],
    ['subdomain is missing', { hostname: 'web-0' }, undefined],
    ['hostname is missing', { subdomain: 'web' }, undefined],
  ])('gives a pod its hostname where its %s', (_name, facts, expected) => {
    expect(only(plan(service(), [pod('a', facts)]).create).endpoints?.[0]?.hostname).toBe(expected);
  });

  it.each<[string, coreV1.Service, discoveryV1.EndpointHints | undefined]>([
    ['nothing', service(), undefined],
    ['PreferClose', service({ trafficDistribution: 'PreferClose' }), { forZones: [{ name: 'z1' }] }],
    ['PreferSameZone', service({ trafficDistribution: 'PreferSameZone' }), { forZones: [{ name: 'z1' }] }],
    ['PreferSameNode', service({ trafficDistribution: 'PreferSameNode' }), { forZones: [{ name: 'z1' }], forNodes: [{ name: 'n1' }] }],
    ['both the older way and a preference', { ...service({ trafficDistribution: 'PreferSameNode' }), metadata: { ...service().metadata, annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } } }, undefined],
  ])('hints as %s asks', (_name, subject, expected) => {
    expect(only(plan(subject, [pod('a')]).create).endpoints?.[0]?.hints).toEqual(expected);
    expect(only(plan(subject, [pod('a', { ready: false })]).create).endpoints?.[0]?.hints).toBeUndefined();
  });

  it('hints at nothing where the pod’s node has no zone', () => {
    expect(only(plan(service({ trafficDistribution: 'PreferClose' }), [pod('a', { node: 'n2' })]).create).endpoints?.[0]?.hints).toBeUndefined();
  });

  it.each<[string, Partial<coreV1.ServiceSpec>, boolean]>([
    ['None', { clusterIP: 'None' }, true],
    ['none yet', { clusterIP: undefined }, true],
    ['one', {}, false],
  ])('is labelled headless where the service’s address is %s', (_name, spec, expected) => {
    expect(only(plan(service(spec), [pod('a')]).create).metadata?.labels?.['service.kubernetes.io/headless']).toBe(expected ? '' : undefined);
  });

  it('has the address types of its service', () => {
    const both: coreV1.Pod = { ...pod('a'), status: { ...pod('a').status, podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } };
    const { create } = plan(service({ ipFamilies: ['IPv6', 'IPv4'] }), [both]);
    expect(create.map(({ addressType, endpoints }) => [addressType, endpoints?.[0]?.addresses])).toEqual([['IPv6', ['fd00::1']], ['IPv4', ['10.0.0.1']]]);
  });
});

describe('ports', () => {
  it('that have one name and differ by pod make a slice each', () => {
    const { create } = plan(service(), [pod('a'), pod('b', { ports: [{ name: 'http', containerPort: 9090 }] }), pod('c')]);
    expect(create.map(({ ports, endpoints }) => [ports?.[0]?.port, endpoints?.map(({ targetRef }) => targetRef?.name)])).toEqual([[8080, ['a', 'c']], [9090, ['b']]]);
  });

  it.each<[string, coreV1.ServicePort[], coreV1.Pod, unknown]>([
    ['a number', [{ port: 80, targetPort: 8000, appProtocol: 'http' }], pod('a'), [{ name: '', port: 8000, protocol: 'TCP', appProtocol: 'http' }]],
    ['the service’s own', [{ port: 80 }], pod('a'), [{ name: '', port: 80, protocol: 'TCP' }]],
    ['a name that the pod does not have', [{ port: 80, targetPort: 'nope' }, { name: 'b', port: 81, targetPort: 1 }], pod('a'), [{ name: 'b', port: 1, protocol: 'TCP' }]],
    ['a name of another protocol', [{ port: 80, targetPort: 'http', protocol: 'UDP' }], pod('a'), []],
    ['a sidecar’s', [{ port: 80, targetPort: 'side' }], { ...pod('a'), spec: { containers: [], nodeName: 'n1', initContainers: [{ name: 's', restartPolicy: 'Always', ports: [{ name: 'side', containerPort: 7 }] }] } }, [{ name: '', port: 7, protocol: 'TCP' }]],
    ['an init container’s', [{ port: 80, targetPort: 'side' }], { ...pod('a'), spec: { containers: [], nodeName: 'n1', initContainers: [{ name: 's', ports: [{ name: 'side', containerPort: 7 }] }] } }, []],
  ])('lead to %s', (_name, ports, subject, expected) => {
    expect(only(plan(service({ ports }), [subject]).create).ports).toEqual(expected);
  });
});

describe('writes', () => {
  const settled = (pods: coreV1.Pod[], subject = service()) => apply([], plan(subject, pods));
  const nothing: SliceChanges = { create: [], update: [], remove: [] };

  it('are none where all is as it should be, in whatever order pods and ports come', () => {
    const pods = many(150);
    expect(plan(service(), pods.toReversed(), settled(pods))).toEqual(nothing);
    const ports = [{ name: 'a', port: 1 }, { name: 'b', port: 2 }];
    expect(plan(service({ ports: ports.toReversed() }), pods, settled(pods, service({ ports })))).toEqual(nothing);
    expect(plan(service(), [], settled([]))).toEqual(nothing);
  });

  it('make slices of at most a hundred', () => {
    expect(sizes(plan(service(), many(250)).create)).toEqual([100, 100, 50]);
  });

  it('are one slice, where one pod changes', () => {
    const before = settled(many(250));
    const { create, update, remove } = plan(service(), [...many(249), pod('p249', { ip: '10.1.0.249', ready: false })], before);
    expect([create, remove, sizes(update)]).toEqual([[], [], [50]]);
  });

  it('put what is new where a write is due, else where it fits, else into a new slice', () => {
    const before = settled(many(250));
    expect(sizes(plan(service(), many(250, 1), before).update)).toEqual([100]);
    expect(sizes(plan(service(), many(300), before).update)).toEqual([100]);
    const grown = plan(service(), many(301), before);
    expect([sizes(grown.create), sizes(grown.update)]).toEqual([[51], []]);
  });

  it('take away a slice that has lost all of its endpoints, but leave the last one to say that there are none', () => {
    const before = settled(many(150));
    expect(plan(service(), many(100), before)).toMatchObject({ create: [], update: [], remove: [{ metadata: { name: 'web-0-1' } }] });
    const none = plan(service(), [], settled(many(3)));
    expect(none).toMatchObject({ create: [], update: [{ metadata: { name: 'web-0-0' }, endpoints: [], ports: [] }], remove: [] });
  });

  it('fill the empty slice when the first pod comes, at the revision that was read', () => {
    const [empty] = settled([]);
    const read = { ...empty!, metadata: { ...empty?.metadata, resourceVersion: '7', uid: 'u' } };
    const { update, ...others } = plan(service(), [pod('a')], [read]);
    expect(others).toEqual({ create: [], remove: [] });
    expect(only(update)).toMatchObject({ metadata: { name: 'web-0-0', resourceVersion: '7', uid: 'u' }, ports: [{ port: 8080 }] });
    expect(update[0]?.metadata).not.toHaveProperty('generateName');
  });

  it('follow the labels of the service', () => {
    expect(plan(service({}, { team: 'b' }), many(2), settled(many(2))).update).toMatchObject([{ metadata: { labels: { team: 'b' } } }]);
  });

  it('replace the slices of an older service of the name, and do not touch them otherwise', () => {
    const old = settled(many(2), { ...service(), metadata: { ...service().metadata, uid: 'older' } });
    expect(plan(service(), many(2), old)).toMatchObject({ create: [{ endpoints: [{}, {}] }], update: [], remove: [{ metadata: { name: 'web-0-0' } }] });
  });

  it('take away slices of an address type that the service has no more', () => {
    const old = settled(many(2)).map((slice) => ({ ...slice, addressType: 'IPv6' }));
    expect(plan(service(), many(2), old)).toMatchObject({ create: [{ addressType: 'IPv4' }], remove: [{ addressType: 'IPv6' }] });
  });

  it('tell of a pod that was made anew under its name and address', () => {
    const anew = { ...pod('p0', { ip: '10.1.0.0' }), metadata: { ...pod('p0').metadata, uid: 'other' } };
    expect(plan(service(), [anew], settled(many(1))).update).toMatchObject([{ endpoints: [{ targetRef: { uid: 'other' } }] }]);
  });
});

/** What the rules say of a pod, one line; undefined where it is in no slice. */
function expectedLine(subject: coreV1.Service, one: coreV1.Pod): string | undefined {
  const { ready, deleting, port } = JSON.parse(one.metadata?.annotations?.['test/facts'] ?? '{}') as { ready: boolean; deleting: boolean; port: number };
  if (one.status?.phase !== 'Running' || one.status.podIP === '') return undefined;
  const isReady = subject.spec?.publishNotReadyAddresses === true || (ready && !deleting);
  return [one.metadata?.name, one.status.podIP, port, isReady, ready, deleting].join(' ');
}

function linesOf(slices: readonly Slice[]): string[] {
  const line = ({ addresses, conditions, targetRef }: discoveryV1.Endpoint, port: number | undefined) => [targetRef?.name, addresses.join(), port, conditions?.ready, conditions?.serving, conditions?.terminating].join(' ');
  return slices.flatMap(({ endpoints = [], ports }) => endpoints.map((endpoint) => line(endpoint, ports?.[0]?.port)));
}

it('the slices together say exactly what the rules say, none is too long, and a second look finds nothing to do', () => {
  const facts = fc.record({ index: fc.integer({ min: 0, max: 400 }), ready: fc.boolean(), deleting: fc.boolean(), phase: fc.constantFrom('Running', 'Running', 'Running', 'Failed'), port: fc.constantFrom(1, 1, 1, 2), hasIp: fc.boolean() });
  const world = fc.record({ pods: fc.uniqueArray(facts, { selector: ({ index }) => index, maxLength: 350, size: 'max' }), publishNotReadyAddresses: fc.boolean(), team: fc.constantFrom('a', 'b') });
  fc.assert(
    fc.property(fc.array(world, { minLength: 1, maxLength: 6, size: 'max' }), (worlds) => {
      let slices: Slice[] = [];
      worlds.forEach(({ pods: chosen, publishNotReadyAddresses, team }, round) => {
        const pods = chosen.map(({ index, ready, deleting, phase, port, hasIp }): coreV1.Pod => {
          const made = pod(`p${index}`, { ip: hasIp ? `10.1.${index >> 8}.${index & 255}` : '', ready, deleting, phase, ports: [{ name: 'http', containerPort: port }] });
          return { ...made, metadata: { ...made.metadata, annotations: { 'test/facts': JSON.stringify({ ready, deleting, port }) } } };
        });
        const subject = service({ publishNotReadyAddresses }, { team });
        slices = apply(slices, plan(subject, pods, slices), round);
        const expected = pods.map((one) => expectedLine(subject, one)).filter((line) => line !== undefined);
        expect(linesOf(slices).sort()).toEqual(expected.sort());
        expect(Math.max(...slices.map(({ endpoints = [] }) => endpoints.length))).toBeLessThanOrEqual(MAX_ENDPOINTS);
        expect(slices.every(({ metadata }) => metadata?.labels?.['team'] === team)).toBe(true);
        expect(plan(subject, pods, slices)).toEqual({ create: [], update: [], remove: [] });
      });
    }),
    { numRuns: 40 },
  );
});
