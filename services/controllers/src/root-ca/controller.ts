import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { keyOf } from '../ownership/controller-ref.js';
import { createReconcile, ROOT_CA_CONFIG_MAP } from './reconcile.js';

/** The config map `kube-root-ca.crt` of every namespace, where the certificate authority is known. */
export const rootCaController: Controller = {
  name: 'root-ca-certificate-publisher-controller',
  start(context) {
    const { client, rootCa, informers } = context;
    if (rootCa === undefined) return undefined;
    const { namespaces, configMaps } = informers;
    const reconcile = createReconcile({
      client,
      rootCa,
      namespace: (name) => namespaces.lister.get(name),
      configMap: (namespace, name) => configMaps.lister.get(name, namespace),
    });
    return startLoop({
      name: this.name,
      context,
      reconcile,
      connect: (queue) => [
        enqueueAll(namespaces, queue, (namespace) => [keyOf(namespace)]),
        enqueueAll(configMaps, queue, ({ metadata }) => (metadata?.name === ROOT_CA_CONFIG_MAP ? [metadata.namespace ?? ''] : [])),
      ],
    });
  },
};
