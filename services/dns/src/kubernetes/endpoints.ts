import type { discoveryV1 } from '@gantry/api-types';
import { parseAddress, type Address } from '../wire/records.js';

/** An address behind a Service. */
export interface Endpoint {
  /** The first label of its own name, in lower case. */
  readonly host: string;
  readonly address: Address;
  readonly ready: boolean;
}

export interface EndpointPort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
}

/** An EndpointSlice as answers need it. */
export interface SliceView {
  readonly endpoints: readonly Endpoint[];
  readonly byHost: ReadonlyMap<string, readonly Endpoint[]>;
  readonly ports: readonly EndpointPort[];
}

/** Cached objects never change, so what was made of one holds as long as it lives. */
const views = new WeakMap<discoveryV1.EndpointSlice, SliceView>();

export function viewSlice(slice: discoveryV1.EndpointSlice): SliceView {
  let view = views.get(slice);
  if (view === undefined) {
    view = makeView(slice);
    views.set(slice, view);
  }
  return view;
}

function makeView({ endpoints = [], ports = [] }: discoveryV1.EndpointSlice): SliceView {
  const all = (endpoints ?? []).flatMap(endpointsOf);
  return { endpoints: all, byHost: Map.groupBy(all, ({ host }) => host), ports: (ports ?? []).flatMap(portsOf) };
}

/** Ready unless it says otherwise, as the API defines. */
function endpointsOf({ addresses, hostname, conditions }: discoveryV1.Endpoint): Endpoint[] {
  return addresses.flatMap((text) => {
    const address = parseAddress(text);
    if (address === undefined) return [];
    return [{ host: hostname?.toLowerCase() ?? dashed(text), address, ready: conditions?.ready ?? true }];
  });
}

function portsOf({ name, protocol, port }: discoveryV1.EndpointPort): EndpointPort[] {
  return port === undefined ? [] : [{ name: name ?? '', protocol: (protocol ?? 'TCP').toLowerCase(), port }];
}

/** The name of an endpoint that has none: `10-244-1-7`. */
function dashed(address: string): string {
  return address.replaceAll(/[.:]/g, '-').toLowerCase();
}
