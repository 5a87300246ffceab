import type { coreV1, discoveryV1 } from '@gantry/api-types';
import { ENDPOINTSLICES, NODES, SERVICES } from '@gantry/client';
import { keyFor, objectKey } from '@gantry/informer';
import type { Informer, Informers } from '@gantry/informer';
import { healthCheckPortOf, servicePortsOf } from '../rules/from-objects.js';
import { joinFragments } from '../rules/ruleset.js';
import type { Fragment, Ruleset } from '../rules/ruleset.js';
import { serviceRules } from '../rules/service-rules.js';
import type { NodeFacts, ServicePort } from '../rules/service-port.js';

/** All Services as this node serves them. */
export interface Served {
  readonly ruleset: Ruleset;
  readonly ports: readonly ServicePort[];
  readonly healthChecks: readonly HealthCheck[];
  /** Whether something of UDP is not as it was the last time. */
  readonly udpChanged: boolean;
}

export interface HealthCheck {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  readonly localEndpoints: number;
}

interface Tracked {
  readonly created: string;
  readonly ports: readonly ServicePort[];
  readonly fragment: Fragment;
  readonly healthCheck: HealthCheck | undefined;
}

const BY_SERVICE = 'proxied-service';
const SERVICE_NAME = 'kubernetes.io/service-name';
const ZONE = 'topology.kubernetes.io/zone';

function serviceKeyOf({ metadata }: discoveryV1.EndpointSlice): string[] {
  const name = metadata?.labels?.[SERVICE_NAME];
  return name === undefined ? [] : [keyFor(name, metadata?.namespace)];
}

/** Follows the objects that rules come from, and works out anew only those Services that something changed about. */
export class ServiceTracker {
  private readonly services: Informer<coreV1.Service>;
  private readonly slices: Informer<discoveryV1.EndpointSlice>;
  private readonly nodes: Informer<coreV1.Node>;
  private readonly tracked = new Map<string, Tracked>();
  private readonly dirty = new Set<string>();
  private readonly detach: (() => void)[] = [];
  private zone: string | undefined;

  constructor(
    informers: Informers,
    private readonly node: Omit<NodeFacts, 'zone'>,
  ) {
    this.services = informers.informer(SERVICES);
    this.slices = informers.informer(ENDPOINTSLICES, { [BY_SERVICE]: serviceKeyOf });
    this.nodes = informers.informer(NODES);
  }

  async waitForSync(signal: AbortSignal): Promise<void> {
    await Promise.all([this.services, this.slices, this.nodes].map((informer) => informer.waitForSync(signal)));
  }

  /** Calls `changed` after something changed that rules may depend on. */
  follow(changed: () => void): void {
    const mark = (keys: readonly string[]) => {
      keys.forEach((key) => this.dirty.add(key));
      if (keys.length > 0) changed();
    };
    const markService = (service: coreV1.Service) => mark([objectKey(service)]);
    const markSlice = (slice: discoveryV1.EndpointSlice) => mark(serviceKeyOf(slice));
    const look = ({ metadata }: coreV1.Node) => void (metadata?.name === this.node.name && this.zoneChanged() && mark(this.services.lister.list().map(objectKey)));
    this.detach.push(
      this.services.addHandler({ add: markService, update: markService, delete: markService }),
      this.slices.addHandler({ add: markSlice, update: (slice, old) => mark([...serviceKeyOf(slice), ...serviceKeyOf(old)]), delete: markSlice }),
      this.nodes.addHandler({ add: look, update: look, delete: look }),
    );
  }

  stop(): void {
    for (const detach of this.detach.splice(0)) detach();
  }

  /** What is served now. */
  take(): Served {
    let udpChanged = false;
    for (const key of this.dirty) {
      const [before, after] = [this.tracked.get(key), this.track(key)];
      udpChanged ||= [before, after].some((tracked) => tracked?.ports.some(({ protocol }) => protocol === 'udp') ?? false);
      if (after === undefined) this.tracked.delete(key);
      else this.tracked.set(key, after);
    }
    this.dirty.clear();
    const all = [...this.tracked].toSorted(([a, { created: from }], [b, { created: to }]) => (from === to ? (a < b ? -1 : 1) : from < to ? -1 : 1));
    return {
      ruleset: joinFragments(new Map(all.map(([key, { fragment }]) => [key, fragment]))),
      ports: all.flatMap(([, { ports }]) => ports),
      healthChecks: all.flatMap(([, { healthCheck }]) => healthCheck ?? []),
      udpChanged,
    };
  }

  private track(key: string): Tracked | undefined {
    const service = this.services.lister.getByKey(key);
    if (service === undefined) return undefined;
    const facts = { ...this.node, zone: this.zone };
    const ports = servicePortsOf(service, this.slices.lister.byIndex(BY_SERVICE, key), facts.name);
    return { created: service.metadata?.creationTimestamp ?? '', ports, fragment: serviceRules(ports, facts), healthCheck: healthCheckOf(service, ports) };
  }

  private zoneChanged(): boolean {
    const zone = this.nodes.lister.get(this.node.name)?.metadata?.labels?.[ZONE];
    if (zone === this.zone) return false;
    this.zone = zone;
    return true;
  }
}

function healthCheckOf(service: coreV1.Service, ports: readonly ServicePort[]): HealthCheck | undefined {
  const port = healthCheckPortOf(service);
  if (port === undefined) return undefined;
  const local = ports.flatMap(({ endpoints }) => endpoints.filter((endpoint) => endpoint.local && endpoint.ready).map(({ address }) => address));
  return { namespace: service.metadata?.namespace ?? '', name: service.metadata?.name ?? '', port, localEndpoints: new Set(local).size };
}
