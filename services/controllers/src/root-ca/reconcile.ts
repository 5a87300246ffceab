import type { coreV1 } from '@gantry/api-types';
import { deepEqual, isAlreadyExists } from '@gantry/apimachinery';
import type { Client } from '@gantry/client';
import { CONFIGMAPS } from '@gantry/client';
import type { Reconcile } from '@gantry/controller';
import { isBeingDeleted } from '../ownership/controller-ref.js';
import { isNamespaceTerminating } from '../ownership/settle-claims.js';

export const ROOT_CA_CONFIG_MAP = 'kube-root-ca.crt';

const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

export interface RootCaDependencies {
  readonly client: Client;
  /** PEM. */
  readonly rootCa: string;
  readonly namespace: (name: string) => coreV1.Namespace | undefined;
  readonly configMap: (namespace: string, name: string) => coreV1.ConfigMap | undefined;
}

function wanted(namespace: string, rootCa: string): coreV1.ConfigMap {
  const metadata = { name: ROOT_CA_CONFIG_MAP, namespace, annotations: { 'kubernetes.io/description': DESCRIPTION } };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': rootCa } };
}

/** Every active namespace has the cluster's certificate authority; the key is the namespace's name. */
export function createReconcile({ client, rootCa, namespace: read, configMap }: RootCaDependencies): Reconcile {
  return async (name) => {
    const namespace = read(name);
    if (namespace === undefined || isBeingDeleted(namespace)) return;
    const target = wanted(name, rootCa);
    const existing = configMap(name, ROOT_CA_CONFIG_MAP);
    const maps = client.resource(CONFIGMAPS, name);
    if (existing !== undefined && !deepEqual(existing.data, target.data)) {
      const annotations = { ...existing.metadata?.annotations, ...target.metadata?.annotations };
      await maps.update({ ...existing, data: target.data, metadata: { ...existing.metadata, annotations } });
    }
    if (existing !== undefined) return;
    await maps.create(target).catch((error: unknown) => {
      if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
    });
  };
}
