import type { coreV1 } from '@gantry/api-types';
import { expect, test } from 'vitest';
import { credentialsFor } from './pull-credentials.js';

const base64 = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
const secret = (auths: object): coreV1.Secret => ({ data: { '.dockerconfigjson': base64({ auths }) } });
const both = { username: 'robot', password: 'pa:ss' };
const other = { username: 'other', password: 'x' };

test.each<[string, string, coreV1.Secret, readonly object[]]>([
  ['a host', 'registry.example.com/a:1', secret({ 'registry.example.com': both }), [both]],
  ['a host with its port', 'localhost:5000/a', secret({ 'localhost:5000': both }), [both]],
  ['an address', 'registry.example.com/a', secret({ 'https://registry.example.com/v2/': both }), [both]],
  ['the default registry', 'busybox:1', secret({ 'https://index.docker.io/v1/': { auth: base64('robot:pa:ss') } }), [both]],
  ['the default registry by its short name', 'docker.io/library/busybox', secret({ 'docker.io': both }), [both]],
  ['the older form', 'registry.example.com/a', { data: { '.dockercfg': base64({ 'registry.example.com': both }) } }, [both]],
  ['a pattern', 'eu.registry.example.com/a', secret({ '*.registry.example.com': both }), [both]],
  ['a pattern inside of a label', 'eu-west.example.com/a', secret({ 'eu-*.example.com': both }), [both]],
  ['the beginning of a path', 'registry.example.com/team/web:1', secret({ 'registry.example.com/team': both }), [both]],
  ['the beginning of a path that the name leaves out', 'busybox:1', secret({ 'docker.io/library': both, 'docker.io/other': other }), [both]],
  ['the longer path first, then the shorter', 'registry.example.com/team/web', secret({ 'registry.example.com': other, 'registry.example.com/team': both }), [both, other]],
  ['none by a pattern of fewer labels', 'a.b.example.com/a', secret({ '*.example.com': both }), []],
  ['none by another path', 'registry.example.com/other/web', secret({ 'registry.example.com/team': both }), []],
  ['none by another port', 'registry.example.com:5000/a', secret({ 'registry.example.com': both }), []],
  ['none by another host', 'other.example.com/a', secret({ 'registry.example.com': both }), []],
  ['none of what cannot be read', 'registry.example.com/a', { data: { '.dockerconfigjson': base64('no JSON') } }, []],
  ['none of what is null', 'registry.example.com/a', { data: { '.dockerconfigjson': base64('null') } }, []],
])('credentials by %s', (_, image, given, credentials) => {
  expect(credentialsFor(image, [{}, given])).toEqual(credentials);
});

test('all secrets that know the registry are tried', () => {
  expect(credentialsFor('registry.example.com/a', [secret({ 'registry.example.com': other }), secret({ 'registry.example.com': both })])).toEqual([other, both]);
});
