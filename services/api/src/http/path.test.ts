import { describe, expect, it } from 'vitest';
import { parseResourcePath } from './path.js';

const absent = { namespace: '', name: '', subresource: '', rest: '', isWatch: false };

describe('a path', () => {
  it.each([
    ['lists a cluster-scoped resource', '/api/v1/nodes', { ...absent, group: '', version: 'v1', resource: 'nodes' }],
    ['names one object in a namespace', '/apis/apps/v1/namespaces/a/deployments/d', { ...absent, group: 'apps', version: 'v1', namespace: 'a', resource: 'deployments', name: 'd' }],
    ['names a subresource', '/api/v1/namespaces/a/pods/p/log', { ...absent, group: '', version: 'v1', namespace: 'a', resource: 'pods', name: 'p', subresource: 'log' }],
    ['lists across namespaces', '/api/v1/pods', { ...absent, group: '', version: 'v1', resource: 'pods' }],
    ['names a namespace', '/api/v1/namespaces/a', { ...absent, group: '', version: 'v1', resource: 'namespaces', name: 'a' }],
    ['names a subresource of a namespace', '/api/v1/namespaces/a/finalize', { ...absent, group: '', version: 'v1', resource: 'namespaces', name: 'a', subresource: 'finalize' }],
    ['lists inside a namespace', '/api/v1/namespaces/a/pods', { ...absent, group: '', version: 'v1', namespace: 'a', resource: 'pods' }],
    ['decodes a name', '/api/v1/nodes/a%3Ab', { ...absent, group: '', version: 'v1', resource: 'nodes', name: 'a:b' }],
    ['keeps what follows a subresource', '/api/v1/nodes/n/proxy/a/b', { ...absent, group: '', version: 'v1', resource: 'nodes', name: 'n', subresource: 'proxy', rest: 'a/b' }],
    ['asks for a watch', '/api/v1/watch/pods', { ...absent, group: '', version: 'v1', resource: 'pods', isWatch: true }],
    ['asks for a watch of one namespace', '/api/v1/watch/namespaces/a', { ...absent, group: '', version: 'v1', resource: 'namespaces', name: 'a', isWatch: true }],
    ['asks for a watch of one object', '/apis/apps/v1/watch/namespaces/a/deployments/d', { ...absent, group: 'apps', version: 'v1', namespace: 'a', resource: 'deployments', name: 'd', isWatch: true }],
  ])('%s', (_what, path, parts) => {
    expect(parseResourcePath(path)).toEqual(parts);
  });

  it.each(['/', '/version', '/api', '/apis', '/api/v1', '/apis/apps', '/apis/apps/v1', '/apis/apps/v1/', '/api/v1/watch', '/healthz'])('%s addresses no resource', (path) => {
    expect(parseResourcePath(path)).toBeUndefined();
  });
});
