import type { coreV1 } from '@gantry/api-types';
import { invalid, isDNS1123Subdomain, isDNS1123SubdomainWithUnderscore, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateIP } from '../../../addresses.js';

const mostNameservers = 3;
const mostSearches = 32;
const mostSearchCharacters = 2048;

/** The resolver's configuration; with the policy `None` it is all that the pod has. */
export function validateDns({ dnsPolicy, dnsConfig }: coreV1.PodSpec, at: FieldPath, errors: FieldError[]): void {
  if (dnsPolicy === 'None' && dnsConfig === undefined) errors.push(required(at, 'must provide `dnsConfig` when `dnsPolicy` is None'));
  if (dnsConfig === undefined) return;
  const { nameservers = [], options = [] } = dnsConfig;
  if (dnsPolicy === 'None' && nameservers.length === 0) {
    errors.push(required(at.child('nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
    return;
  }
  if (nameservers.length > mostNameservers) errors.push(invalid(at.child('nameservers'), nameservers, `must not have more than ${String(mostNameservers)} nameservers`));
  nameservers.forEach((address, index) => validateIP(address, at.child('nameservers').index(index), errors));
  validateSearches(dnsConfig.searches ?? [], at.child('searches'), errors);
  options.forEach(({ name }, index) => {
    if (!name) errors.push(required(at.child('options').index(index), 'must not be empty'));
  });
}

function validateSearches(searches: readonly string[], at: FieldPath, errors: FieldError[]): void {
  if (searches.length > mostSearches) errors.push(invalid(at, searches, `must not have more than ${String(mostSearches)} search paths`));
  if (searches.join(' ').length > mostSearchCharacters) {
    errors.push(invalid(at, searches, `must not have more than ${String(mostSearchCharacters)} characters (including spaces) in the search list`));
  }
  searches.forEach((search, index) => {
    // A lone dot means no search (KEP-4427).
    if (search === '.') return;
    const domain = search.replace(/\.$/, '');
    for (const problem of isDNS1123SubdomainWithUnderscore(domain)) errors.push(invalid(at.index(index), domain, problem));
  });
}

/** Lines for the hosts file of the pod. */
export function validateHostAliases(aliases: readonly coreV1.HostAlias[], at: FieldPath, errors: FieldError[]): void {
  aliases.forEach(({ ip, hostnames }, index) => {
    validateIP(ip, at.index(index).child('ip'), errors);
    hostnames?.forEach((name, position) => {
      for (const problem of isDNS1123Subdomain(name)) errors.push(invalid(at.index(index).child('hostnames').index(position), name, problem));
    });
  });
}
