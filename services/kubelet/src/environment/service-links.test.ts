import type { coreV1 } from '@gantry/api-types';
import { describe, expect, test } from 'vitest';
import { serviceVariables } from './service-links.js';

const service = (namespace: string, name: string, clusterIP: string | undefined, ports: coreV1.ServicePort[]): coreV1.Service => ({ metadata: { namespace, name }, spec: { ...(clusterIP === undefined ? {} : { clusterIP }), ports } });
const api = service('default', 'kubernetes', '10.96.0.1', [{ name: 'https', port: 443 }]);
const shown = (services: coreV1.Service[], namespace: string, links = true): Record<string, string> => Object.fromEntries(serviceVariables(services, namespace, links).map(({ name, value }) => [name, value]));

describe('variables about Services', () => {
  test('have the names and forms of links', () => {
    const redis = service('shop', 'redis-main', '10.96.0.7', [{ name: 'db-port', port: 6379 }, { name: 'gossip', port: 53, protocol: 'UDP' }]);
    expect(shown([redis], 'shop')).toEqual({
      REDIS_MAIN_SERVICE_HOST: '10.96.0.7', REDIS_MAIN_SERVICE_PORT: '6379', REDIS_MAIN_SERVICE_PORT_DB_PORT: '6379', REDIS_MAIN_SERVICE_PORT_GOSSIP: '53',
      REDIS_MAIN_PORT: 'tcp://10.96.0.7:6379',
      REDIS_MAIN_PORT_6379_TCP: 'tcp://10.96.0.7:6379', REDIS_MAIN_PORT_6379_TCP_PROTO: 'tcp', REDIS_MAIN_PORT_6379_TCP_PORT: '6379', REDIS_MAIN_PORT_6379_TCP_ADDR: '10.96.0.7',
      REDIS_MAIN_PORT_53_UDP: 'udp://10.96.0.7:53', REDIS_MAIN_PORT_53_UDP_PROTO: 'udp', REDIS_MAIN_PORT_53_UDP_PORT: '53', REDIS_MAIN_PORT_53_UDP_ADDR: '10.96.0.7',
    });
    expect(shown([service('shop', 'six', 'fd00::1', [{ port: 80 }])], 'shop')['SIX_PORT']).toBe('tcp://[fd00::1]:80');
  });

  test('are of the namespace of the pod and of the API; without links of the API alone', () => {
    const services = [service('shop', 'a', '10.96.0.2', [{ port: 1 }]), service('bank', 'b', '10.96.0.3', [{ port: 2 }]), service('default', 'c', '10.96.0.4', [{ port: 3 }]), api];
    const hosts = (variables: Record<string, string>): string[] => Object.keys(variables).filter((name) => name.endsWith('_SERVICE_HOST')).sort();
    expect(hosts(shown(services, 'shop'))).toEqual(['A_SERVICE_HOST', 'KUBERNETES_SERVICE_HOST']);
    expect(hosts(shown(services, 'default'))).toEqual(['C_SERVICE_HOST', 'KUBERNETES_SERVICE_HOST']);
    expect(hosts(shown(services, 'shop', false))).toEqual(['KUBERNETES_SERVICE_HOST']);
  });

  test.each([[0], [1]])('tell of the own Service where it has the name of the one of the API, in whatever order (%i)', (turn) => {
    const services = [api, service('shop', 'kubernetes', '10.96.0.9', [{ port: 1 }])];
    expect(shown(turn === 0 ? services : services.reverse(), 'shop')['KUBERNETES_SERVICE_HOST']).toBe('10.96.0.9');
  });

  test('do not tell of Services without an address', () => {
    expect(shown([service('shop', 'a', 'None', [{ port: 1 }]), service('shop', 'b', undefined, []), service('shop', 'c', '', [])], 'shop')).toEqual({});
  });
});
