import { deployment } from './apps/deployment/kind.js';
import { replicaSet } from './apps/replica-set/kind.js';
import { lease } from './coordination/lease/kind.js';
import { configMap } from './core/config-map/kind.js';
import { event } from './core/event/kind.js';
import { namespace } from './core/namespace/kind.js';
import { node } from './core/node/kind.js';
import { pod } from './core/pod/kind.js';
import { secret } from './core/secret/kind.js';
import { serviceAccount } from './core/service-account/kind.js';
import type { KindDescriptor } from './descriptor.js';
import { newEvent } from './events/event/kind.js';

/** Every built-in kind, group by group; discovery lists them in this order. */
export const kinds: readonly KindDescriptor[] = [configMap, event, namespace, node, pod, secret, serviceAccount, deployment, replicaSet, lease, newEvent];
