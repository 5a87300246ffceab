import { isNotFound } from '@gantry/apimachinery';
import type { Client, KubeObject, TypedResourceReference } from '@gantry/client';
import { CONFIGMAPS, SECRETS } from '@gantry/client';
import type { ValueSources } from './environment.js';

/** Config maps and secrets read from the API each time: a container that starts gets what is true then. */
export function clientSources(client: Client): ValueSources {
  const read = async <T extends KubeObject>(reference: TypedResourceReference<T>, namespace: string, name: string): Promise<T | undefined> => {
    try {
      return await client.resource<T>(reference, namespace).get(name);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  return {
    configMap: (namespace, name) => read(CONFIGMAPS, namespace, name),
    secret: (namespace, name) => read(SECRETS, namespace, name),
  };
}
