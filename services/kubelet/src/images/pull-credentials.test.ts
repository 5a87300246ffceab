import type { coreV1 } from '@gantry/api-types';
import { expect, test } from 'vitest';
import { credentialsFor } from './pull-credentials.js';

const base64 = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
const secret = (auths: object): coreV1.Secret => ({ data: { '.dockerconfigjson': base64({ auths }) } });
const both = { username: 'robot', password: 'pa:ss' };

test.each<[string, string, coreV1.Secret, object | undefined]>([
  ['a host', 'registry.example.com/a:1', secret({ 'registry.example.com': both }), both],
  ['a host with its port', 'localhost:5000/a', secret({ 'localhost:5000': both }), both],
  ['an address', 'registry.example.com/a', secret({ 'https://registry.example.com/v2/': both }), both],
  ['the default registry', 'busybox:1', secret({ 'https://index.docker.io/v1/': { auth: base64('robot:pa:ss') } }), both],
  ['the older form', 'registry.example.com/a', { data: { '.dockercfg': base64({ 'registry.example.com': both }) } }, both],
  ['another host', 'other.example.com/a', secret({ 'registry.example.com': both }), undefined],
  ['nothing readable', 'registry.example.com/a', { data: { '.dockerconfigjson': base64('no JSON') } }, undefined],
])('credentials by %s', (_, image, given, credentials) => {
  expect(credentialsFor(image, [{}, given])).toEqual(credentials);
});
