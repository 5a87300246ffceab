/** What a proxy looks at of Endpoints. */
export interface EndpointsShape {
  readonly subsets?: readonly {
    readonly addresses?: readonly EndpointAddress[];
    readonly ports?: readonly { readonly name?: string; readonly port: number }[];
  }[];
}

export interface EndpointAddress {
  readonly ip: string;
  readonly targetRef?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
}

export interface Endpoint {
  readonly address: EndpointAddress;
  readonly port: number;
}

/** The ready endpoints of a port, by its name, in a random order: each is as good as the next. `random` in [0, 1). */
export function endpointsOf({ subsets = [] }: EndpointsShape, portName: string, random: () => number): Endpoint[] {
  const all = subsets.flatMap(({ addresses = [], ports = [] }) => ports.filter(({ name = '' }) => name === portName).flatMap(({ port }) => addresses.map((address) => ({ address, port }))));
  const start = Math.floor(random() * all.length);
  return [...all.slice(start), ...all.slice(0, start)];
}
