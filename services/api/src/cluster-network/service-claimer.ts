import { cloneJson, invalid, newInternalError, newInvalid, path } from '@gantry/apimachinery';
import type { JsonObject } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { WriteOperation } from '@gantry/storage';
import type { Claimer, ClaimRequest, Claims } from '../registry/claims.js';
import type { AddressRange } from './address-range.js';
import { fillHealthCheckPort, fillNodePorts } from './node-ports.js';
import type { NodePortRange } from './pools.js';
import type { Holder, Pool } from './pool.js';
import { heldBy, wantsAddress } from './service-holdings.js';
import type { Holdings, Service } from './service-holdings.js';

export interface ServiceClaimerOptions {
  readonly addresses: Pool;
  readonly range: AddressRange;
  readonly ports: Pool;
  readonly portRange: NodePortRange;
}

const KIND = { group: '', kind: 'Service' };
const specPath = path('spec');

/** Something that the Service does not have yet. */
interface Claim {
  readonly item: string;
  readonly pool: Pool;
  /** What the client is answered when another has it; undefined where it was not the client who chose. */
  readonly refusal: Error | undefined;
}

/** Gives Services their cluster IPs and node ports. */
export function serviceClaimer(options: ServiceClaimerOptions): Claimer {
  return {
    claim: (request) => claim(options, request),
    release: async (object) => {
      const service = object as Service;
      const { addresses, ports } = heldBy(service);
      return given(options, holderOf(service), [...addresses], [...ports]);
    },
  };
}

async function claim(options: ServiceClaimerOptions, { object, old, dryRun, attempt }: ClaimRequest): Promise<Claims> {
  const service = cloneJson(object as unknown as JsonObject) as unknown as Service;
  const before = heldBy(old as Service | undefined);
  await fill(options, service, old === undefined, before, attempt > 0);
  checkRanges(options, service, before);
  const claims = newClaims(options, service, before, heldBy(object as Service));
  if (dryRun) {
    await checkFree(claims);
    return { object: service, operations: [], refused: () => undefined };
  }
  const [holder, now] = [holderOf(service), heldBy(service)];
  const released = await given(options, holder, only(before.addresses, now.addresses), only(before.ports, now.ports));
  return {
    object: service,
    operations: [...claims.map(({ pool, item }) => pool.take(item, holder)), ...released],
    refused: (index) => {
      if (claims[index]?.refusal !== undefined) throw claims[index].refusal;
    },
  };
}

/** Chooses what the Service has a right to and did not name. */
async function fill(options: ServiceClaimerOptions, service: Service, isNew: boolean, { ports: had }: Holdings, isExact: boolean): Promise<void> {
  if (wantsAddress(service)) await fillAddress(options, service, isExact);
  await fillNodePorts({ service, isNew, had, choose: (taken) => chosenPort(options, isExact, taken, 'a nodePort') });
  await fillHealthCheckPort(service, (taken) => chosenPort(options, isExact, taken, 'a HealthCheck NodePort 0'));
}

function newClaims({ addresses, ports }: ServiceClaimerOptions, service: Service, before: Holdings, asked: Holdings): Claim[] {
  const now = heldBy(service);
  return [
    ...only(now.addresses, before.addresses).map((ip) => ({ item: ip, pool: addresses, refusal: asked.addresses.has(ip) ? addressRefusal(service, ip, 'provided IP is already allocated') : undefined })),
    ...only(now.ports, before.ports).map((port) => ({ item: port, pool: ports, refusal: asked.ports.has(port) ? portRefusal(service, port, 'provided port is already allocated') : undefined })),
  ];
}

async function checkFree(claims: readonly Claim[]): Promise<void> {
  for (const { item, pool, refusal } of claims) if (refusal !== undefined && (await pool.isTaken(item))) throw refusal;
}

function only(these: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...these].filter((item) => !others.has(item));
}

function holderOf({ metadata: { namespace = '', name = '' } }: ResourceObject): Holder {
  return { namespace, name };
}

async function given({ addresses, ports }: ServiceClaimerOptions, holder: Holder, ips: readonly string[], numbers: readonly string[]): Promise<WriteOperation[]> {
  const found = await Promise.all([...ips.map((ip) => addresses.give(ip, holder)), ...numbers.map((port) => ports.give(port, holder))]);
  return found.filter((operation) => operation !== undefined);
}

async function fillAddress({ addresses }: ServiceClaimerOptions, service: Service, isExact: boolean): Promise<void> {
  const ip = await addresses.choose(isExact, new Set());
  if (ip === undefined) throw newInternalError(new Error('failed to allocate a serviceIP: range is full'));
  service.spec.clusterIP = ip;
  service.spec.clusterIPs = [ip];
}

async function chosenPort({ ports }: ServiceClaimerOptions, isExact: boolean, taken: ReadonlySet<string>, what: string): Promise<number> {
  const port = await ports.choose(isExact, taken);
  if (port === undefined) throw newInternalError(new Error(`failed to allocate ${what}: range is full`));
  return Number(port);
}

/** What the client chose must lie where the pools do. */
function checkRanges({ range, portRange: { from, to } }: ServiceClaimerOptions, service: Service, before: Holdings): void {
  const now = heldBy(service);
  for (const ip of only(now.addresses, before.addresses)) {
    if (!range.has(ip)) throw addressRefusal(service, ip, 'the provided network does not match the current range');
  }
  for (const port of only(now.ports, before.ports)) {
    if (Number(port) < from || Number(port) > to) throw portRefusal(service, port, `provided port is not in the valid range. The range of valid ports is ${String(from)}-${String(to)}`);
  }
}

function addressRefusal({ spec, metadata }: Service, ip: string, detail: string): Error {
  return newInvalid(KIND, metadata.name ?? '', [invalid(specPath.child('clusterIPs'), spec.clusterIPs ?? [], `failed to allocate IP ${ip}: ${detail}`)]);
}

function portRefusal({ spec, metadata }: Service, port: string, detail: string): Error {
  const index = (spec.ports ?? []).findIndex(({ nodePort }) => nodePort === Number(port));
  if (index < 0) return newInternalError(new Error(`failed to allocate requested HealthCheck NodePort ${port}: ${detail}`));
  return newInvalid(KIND, metadata.name ?? '', [invalid(specPath.child('ports').index(index).child('nodePort'), Number(port), detail)]);
}
