import type { coreV1 } from '@gantry/api-types';
import { invalid, path } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { familyOf, validateIP } from '../../addresses.js';

type Addresses = readonly { readonly ip?: string }[];

const podIPsPath = path('status').child('podIPs');
const hostIPsPath = path('status').child('hostIPs');

/** The addresses that a status says: those that were there before are not judged again, and of each family there is one. */
export function validateStatusAddresses(status: coreV1.PodStatus, old: coreV1.PodStatus, errors: FieldError[]): void {
  if (status.podIPs !== undefined) validateAddresses(status.podIPs, old.podIPs, podIPsPath, errors);
  const { hostIP = '', hostIPs = [] } = status;
  if (hostIPs.length === 0) return;
  const first = hostIPs[0]!.ip ?? '';
  if (hostIP !== first) errors.push(invalid(hostIPsPath.index(0).child('ip'), first, 'must be equal to `hostIP`'));
  validateAddresses(hostIPs, old.hostIPs, hostIPsPath, errors);
}

function validateAddresses(addresses: Addresses, old: Addresses | undefined, at: FieldPath, errors: FieldError[]): void {
  addresses.forEach(({ ip = '' }, index) => {
    if (old?.some((one) => one.ip === ip) !== true) validateIP(ip, at.index(index), errors);
  });
  if (addresses.length < 2) return;
  const families = new Set(addresses.map(({ ip = '' }) => familyOf(ip)));
  // Shown as Go's own type has it.
  if (families.size < addresses.length || families.has(undefined)) errors.push(invalid(at, addresses.map(({ ip = '' }) => ({ IP: ip })), 'may specify no more than one IP for each IP family'));
}
