import { describe, expect, it } from 'vitest';
import { negotiateAccept } from './negotiation.js';
import type { Acceptable } from './negotiation.js';

const objects: Acceptable = {
  formats: ['json', 'yaml', 'protobuf'],
  transforms: ({ group, kind }, format) => group === 'meta.k8s.io' && (format !== 'protobuf' || kind !== 'Table'),
};
const kubectlGet = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

describe('negotiateAccept', () => {
  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/json, */*', 'json'],
    ['application/vnd.kubernetes.protobuf,application/json', 'protobuf'],
    ['application/json;q=0.5, application/yaml', 'yaml'],
    ['application/yaml;q=0, application/*;q=0.1', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
    ['*/*, application/yaml', 'yaml'],
    ['application/yaml;stream=watch, */*', 'json'],
    ['application/*;stream=watch', 'json'],
    ['APPLICATION/JSON', 'json'],
    ['application/cbor, application/json;stream=watch', 'json'],
    ['application/json; profile="a,b;c"', 'json'],
  ])('answers %j with %s', (header, format) => {
    const accepted = negotiateAccept(header, objects);
    expect(accepted.format).toBe(format);
    expect(accepted.as).toBeUndefined();
  });

  it('takes the first transformation that the endpoint offers', () => {
    expect(negotiateAccept(kubectlGet, objects)).toMatchObject({ format: 'json', contentType: 'application/json', as: { kind: 'Table', version: 'v1', group: 'meta.k8s.io' } });
    expect(negotiateAccept(`application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,${kubectlGet}`, objects).format).toBe('json');
    expect(negotiateAccept('*/*;as=Table;v=v1;g=meta.k8s.io', objects)).toMatchObject({ format: 'json', as: { kind: 'Table' } });
  });

  it('falls back to the plain form where there is no transformation', () => {
    expect(negotiateAccept(kubectlGet, { formats: ['json'] })).toEqual({ format: 'json', pretty: false, contentType: 'application/json' });
  });

  it('says in the content type of aggregated discovery what it is', () => {
    const header = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';
    const transforms = ({ version }: { version: string }): boolean => version === 'v2beta1';
    expect(negotiateAccept(header, { formats: ['json'], transforms }).contentType).toBe('application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList');
  });

  it.each(['text/plain', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/json;q=0', ';;,', 'application/json;stream=none', 'application/json;v=v1', 'application/json;sv=v1'])('refuses %j with 406', (header) => {
    expect(() => negotiateAccept(header, { formats: ['json', 'yaml'] })).toThrow(expect.objectContaining({
      code: 406, message: 'only the following media types are accepted: application/json, application/yaml',
    }));
  });
});
