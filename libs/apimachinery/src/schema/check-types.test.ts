import { describe, expect, it } from 'vitest';
import { checkTypes } from './check-types.js';

const deployment = { group: 'apps', version: 'v1', kind: 'Deployment' };
const pod = { group: '', version: 'v1', kind: 'Pod' };

describe('checkTypes', () => {
  it.each([
    ['a string where an integer belongs', deployment, { spec: { replicas: 'three' } },
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32'],
    ['a fraction where an integer belongs', deployment, { spec: { replicas: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32'],
    ['an integer past 32 bits', deployment, { spec: { replicas: 3_000_000_000 } },
      'json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32'],
    ['a number as label value', pod, { metadata: { labels: { a: 1 } } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string'],
    ['a field inside list elements, without its index', pod, { spec: { containers: [{ name: 'a' }, { name: true }] } },
      'json: cannot unmarshal bool into Go struct field Container.spec.containers.name of type string'],
    ['an object where a list belongs', pod, { spec: { containers: {} } },
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container'],
    ['a string where a struct belongs', pod, { spec: 'x' },
      'json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec'],
    ['a list where the object belongs', pod, [], 'json: cannot unmarshal array into Go value of type v1.Pod'],
    ['a bool as int or string', { group: '', version: 'v1', kind: 'Service' }, { spec: { ports: [{ targetPort: true }] } },
      'json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32'],
    ['a field of a struct that is part of another', pod, { spec: { containers: [{ readinessProbe: { httpGet: { port: true } } }] } },
      'json: cannot unmarshal bool into Go struct field HTTPGetAction.spec.containers.readinessProbe.ProbeHandler.httpGet.port of type int32'],
    ['a struct that is part of another', pod, { spec: { volumes: [{ configMap: 'x' }] } },
      'json: cannot unmarshal string into Go struct field Volume.spec.volumes.VolumeSource.configMap of type v1.ConfigMapVolumeSource'],
    ['a text for a map of bytes', { group: '', version: 'v1', kind: 'Secret' }, { data: 'x' }, 'json: cannot unmarshal string into Go struct field Secret.data of type map[string][]uint8'],
    ['a quantity that is none at all', pod, { spec: { containers: [{ resources: { limits: { cpu: { much: true } } } }] } },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['a quantity outside the grammar', pod, { spec: { containers: [{ resources: { limits: { cpu: '1 core' } } }] } },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['a time outside the grammar', pod, { metadata: { creationTimestamp: 'soon' } },
      'parsing time "soon" as "2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006"'],
    ['a day that does not exist', pod, { metadata: { creationTimestamp: '2026-02-30T00:00:00Z' } }, expect.stringContaining('parsing time')],
    ['bytes that are not base64', { group: '', version: 'v1', kind: 'Secret' }, { data: { a: 'aGVsbG8*' } }, 'illegal base64 data at input byte 7'],
    ['a wrong type under a schema that may be a list', { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' },
      { spec: { versions: [{ schema: { openAPIV3Schema: { items: { type: 1 } } } }] } },
      'json: cannot unmarshal number into Go struct field JSONSchemaProps.spec.versions.schema.openAPIV3Schema.items.type of type string'],
  ])('refuses %s', (_what, kind, object, message) => {
    expect(checkTypes(kind, object)).toEqual(message);
  });

  it.each([
    ['nulls', pod, { metadata: { creationTimestamp: null, labels: { a: null } }, spec: { containers: null } }],
    ['numbers as quantities', pod, { spec: { containers: [{ resources: { limits: { cpu: 1, memory: 0.5 } } }] } }],
    ['unknown fields of any shape', pod, { spec: { nope: [1] } }],
    ['integers past 2^53 where 64 bits are meant', pod, { metadata: { generation: 9007199254740993n } }],
    ['anything in a raw extension', { group: 'apps', version: 'v1', kind: 'ControllerRevision' }, { data: [1, 'x'], revision: 1 }],
    ['kinds that the model does not know', { group: 'example.com', version: 'v1', kind: 'Pod' }, { spec: 'x' }],
  ])('accepts %s', (_what, kind, object) => {
    expect(checkTypes(kind, object)).toBeUndefined();
  });
});
