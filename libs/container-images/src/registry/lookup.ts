import { lookup as systemLookup, Resolver } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** Finds addresses as the system does and, where that finds none, by asking these name servers for one of IPv4. */
export function lookupBy(resolvers: readonly string[]): LookupFunction {
  if (resolvers.length === 0) return systemLookup as LookupFunction;
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers(resolvers);
  return (hostname, options, callback) => {
    systemLookup(hostname, { ...options, all: true }, (error, found) => {
      if (error === null) return answer(found);
      resolver.resolve4(hostname, (failed, addresses) => (failed === null ? answer(addresses.map((address) => ({ address, family: 4 }))) : callback(error, '', 0)));
    });
    const answer = (found: readonly { readonly address: string; readonly family: number }[]): void => {
      if (options.all === true) callback(null, [...found]);
      else callback(null, found[0]?.address ?? '', found[0]?.family);
    };
  };
}
