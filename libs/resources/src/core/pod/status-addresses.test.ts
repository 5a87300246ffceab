import type { coreV1 } from '@gantry/api-types';
import type { FieldError } from '@gantry/apimachinery';
import { expect, it } from 'vitest';
import { validateStatusAddresses } from './status-addresses.js';

const none = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const ips = (...all: string[]): { ip: string }[] => all.map((ip) => ({ ip }));

it.each<[string, coreV1.PodStatus, coreV1.PodStatus, string[]]>([
  ['one of each family', { podIPs: ips('10.0.0.1', 'fd00::1'), hostIP: '10.0.0.2', hostIPs: ips('10.0.0.2') }, {}, []],
  ['none', {}, {}, []],
  ['two of one family', { podIPs: ips('10.0.0.1', '10.0.0.2') }, {}, ['status.podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.2"}]: may specify no more than one IP for each IP family']],
  ['what is no address', { podIPs: ips('x') }, {}, [`status.podIPs[0]: Invalid value: "x": ${none}`]],
  ['what was there before', { podIPs: ips('x') }, { podIPs: ips('x') }, []],
  ['a node with two first addresses', { hostIP: '10.0.0.2', hostIPs: ips('10.0.0.3') }, {}, ['status.hostIPs[0].ip: Invalid value: "10.0.0.3": must be equal to `hostIP`']],
])('a status with %s', (_what, status, old, expected) => {
  const errors: FieldError[] = [];
  validateStatusAddresses(status, old, errors);
  expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual(expected);
});
