import type { coreV1 } from '@gantry/api-types';
import type { EventContent } from '@gantry/controller';
import { expect, test } from 'vitest';
import type { Pod } from '../pods/pod.js';
import { pullSecretsOf } from './pull-secrets.js';

test('pull secrets that are not there are told of, and the others used', async () => {
  const pod = { metadata: { namespace: 'd' }, spec: { imagePullSecrets: [{ name: 'there' }, { name: 'gone' }, {}, { name: 'refused' }] } } as Pod;
  const secrets = new Map<string, coreV1.Secret>([['d/there', { metadata: { name: 'there' } }]]);
  const said: EventContent[] = [];
  const read = (namespace: string, name: string): Promise<coreV1.Secret | undefined> => (name === 'refused' ? Promise.reject(new Error('forbidden')) : Promise.resolve(secrets.get(`${namespace}/${name}`)));
  expect(await pullSecretsOf(pod, read, (content) => void said.push(content))).toEqual([{ metadata: { name: 'there' } }]);
  expect(said).toEqual([{ type: 'Warning', reason: 'FailedToRetrieveImagePullSecret', message: 'Unable to retrieve some image pull secrets (gone, refused); attempting to pull the image may not succeed.' }]);
});
