import { isIP } from 'node:net';

/** A resolver that is asked for what is not the cluster's. */
export interface Upstream {
  readonly address: string;
  readonly port: number;
}

const DNS_PORT = 53;

/** Milliseconds that one that did not answer is asked after all others. */
const REST = 10_000;

/** Reads `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` and `[2001:db8::53]:5353`. Throws a RangeError on anything else. */
export function parseUpstream(text: string): Upstream {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
  const address = isIP(text) === 0 ? (bracketed ?? plain ?? '') : text;
  const number = port === undefined || isIP(text) !== 0 ? DNS_PORT : Number(port);
  if (isIP(address) === 0 || number < 1 || number > 65_535) throw new RangeError(`"${text}" is no address of a resolver`);
  return { address, port: number };
}

export function textOf({ address, port }: Upstream): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

/** In which order the resolvers are asked: as given, like a resolv.conf, but those that lately failed last. */
export class UpstreamList {
  private readonly restsUntil = new Map<Upstream, number>();
  private readonly excluded = new Set<Upstream>();

  constructor(
    readonly all: readonly Upstream[],
    private readonly now: () => number,
  ) {}

  inOrder(): readonly Upstream[] {
    const usable = this.all.filter((upstream) => !this.excluded.has(upstream));
    return [...usable.filter((upstream) => !this.rests(upstream)), ...usable.filter((upstream) => this.rests(upstream))];
  }

  failed(upstream: Upstream): void {
    this.restsUntil.set(upstream, this.now() + REST);
  }

  answered(upstream: Upstream): void {
    this.restsUntil.delete(upstream);
  }

  /** For good: it asks us what we ask it. */
  exclude(upstream: Upstream): void {
    this.excluded.add(upstream);
  }

  isExcluded(upstream: Upstream): boolean {
    return this.excluded.has(upstream);
  }

  private rests(upstream: Upstream): boolean {
    return (this.restsUntil.get(upstream) ?? 0) > this.now();
  }
}
