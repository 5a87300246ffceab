import type { coreV1 } from '@gantry/api-types';
import { isAlreadyExists } from '@gantry/apimachinery';
import type { Client } from '@gantry/client';
import { SERVICEACCOUNTS } from '@gantry/client';
import type { Reconcile } from '@gantry/controller';
import { isBeingDeleted } from '../ownership/controller-ref.js';
import { isNamespaceTerminating } from '../ownership/settle-claims.js';

/** The account that pods run as where they name none. */
const DEFAULT_SERVICE_ACCOUNT = 'default';

export interface ServiceAccountDependencies {
  readonly client: Client;
  readonly namespace: (name: string) => coreV1.Namespace | undefined;
  readonly hasAccount: (namespace: string, name: string) => boolean;
}

/** Every active namespace has the default account; the key is the namespace's name. */
export function createReconcile({ client, namespace: read, hasAccount }: ServiceAccountDependencies): Reconcile {
  return async (name) => {
    const namespace = read(name);
    if (namespace === undefined || isBeingDeleted(namespace) || hasAccount(name, DEFAULT_SERVICE_ACCOUNT)) return;
    await client
      .resource(SERVICEACCOUNTS, name)
      .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: DEFAULT_SERVICE_ACCOUNT, namespace: name } })
      .catch((error: unknown) => {
        if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
      });
  };
}
