import type { Clock } from '@gantry/async';
import type { Endpoint } from '../rules/service-port.js';
import type { Frontend } from './frontends.js';

interface Kept {
  readonly endpoint: Endpoint;
  readonly until: number;
}

const isSame = (a: Endpoint, b: Endpoint): boolean => a.address === b.address && a.port === b.port;

/** Picks endpoints at random, but for clients that keep theirs. */
export class Picker {
  private readonly kept = new Map<string, Kept>();

  constructor(
    public frontend: Frontend,
    private readonly clock: Clock,
  ) {}

  pick(client: string): Endpoint | undefined {
    const { endpoints, affinitySeconds } = this.frontend;
    if (affinitySeconds === undefined) return this.random();
    const now = this.clock.monotonic();
    for (const [address, { until }] of this.kept) if (until <= now) this.kept.delete(address);
    const earlier = this.kept.get(client)?.endpoint;
    const endpoint = endpoints.find((each) => earlier !== undefined && isSame(each, earlier)) ?? this.random();
    if (endpoint !== undefined) this.kept.set(client, { endpoint, until: now + affinitySeconds * 1000 });
    return endpoint;
  }

  serves(endpoint: Endpoint): boolean {
    return this.frontend.endpoints.some((each) => isSame(each, endpoint));
  }

  private random(): Endpoint | undefined {
    const { endpoints } = this.frontend;
    return endpoints[Math.floor(Math.random() * endpoints.length)];
  }
}
