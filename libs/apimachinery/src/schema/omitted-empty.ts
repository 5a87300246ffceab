import { definition } from './schema-model.js';
import type { Schema } from './schema.js';

const CORE = 'io.k8s.api.core.v1';
const RESOURCE = 'io.k8s.api.resource';

/** Lists that need not be given and are written all the same when they are empty; of managed fields, an empty list has a meaning. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  audiences: ['io.k8s.api.authentication.v1.TokenRequestSpec'],
  conditions: ['v1', 'v1beta1', 'v1beta2'].map((version) => `${RESOURCE}.${version}.AllocatedDeviceStatus`),
  currentMetrics: ['io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus'],
  endpoints: ['io.k8s.api.discovery.v1.EndpointSlice'],
  managedFields: ['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'],
  names: [`${CORE}.ContainerImage`],
  namespaces: ['io.k8s.api.flowcontrol.v1.ResourcePolicyRule'],
  ports: ['io.k8s.api.discovery.v1.EndpointSlice'],
  requests: ['v1', 'v1beta1', 'v1beta2'].map((version) => `${RESOURCE}.${version}.DeviceClaim`),
  rules: ['io.k8s.api.rbac.v1.Role', 'io.k8s.api.rbac.v1.ClusterRole'],
  sources: [`${CORE}.ProjectedVolumeSource`],
  topologyKeys: ['io.k8s.api.storage.v1.CSINodeDriver'],
};

/** Whether Go's types leave a field of a struct out of JSON when it is an empty list or map. */
export function isOmittedEmpty(struct: Schema, name: string, field: Schema): boolean {
  const isCollection = field.type === 'array' || (field.type === 'object' && field.properties === undefined);
  if (!isCollection || struct.required?.includes(name)) return false;
  return !(Object.hasOwn(WRITTEN, name) && WRITTEN[name]!.some((type) => definition(type) === struct));
}
