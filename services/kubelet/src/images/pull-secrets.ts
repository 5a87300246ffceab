import type { coreV1 } from '@gantry/api-types';
import type { EventContent } from '@gantry/controller';
import type { Pod } from '../pods/pod.js';

/** The pull secrets of a pod that are there; its account's were written into it when it was admitted. Tells of those that are not. */
export async function pullSecretsOf(pod: Pod, secret: (namespace: string, name: string) => Promise<coreV1.Secret | undefined>, event: (content: EventContent) => void): Promise<coreV1.Secret[]> {
  const names = (pod.spec?.imagePullSecrets ?? []).map(({ name = '' }) => name).filter((name) => name !== '');
  const found = await Promise.all(names.map((name) => secret(pod.metadata?.namespace ?? '', name).catch(() => undefined)));
  const missing = names.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) event({ type: 'Warning', reason: 'FailedToRetrieveImagePullSecret', message: `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.` });
  return found.filter((read) => read !== undefined);
}
