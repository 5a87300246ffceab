import { createMemoryStorage } from '@gantry/storage';
import { expect, it } from 'vitest';
import type { RegistryEnvironment } from '../registry/environment.js';
import { OwnEndpoints } from './own-endpoints.js';

/** Only the key is looked at here: without resources there is nowhere to publish to. */
async function renewed(endpoints: OwnEndpoints): Promise<void> {
  await expect(endpoints.renew()).rejects.toThrow('the registry of kinds has no endpointslices');
}

it('hold their key for 15 seconds from each round on, and take it again when it has ended', async () => {
  let now = 0;
  const storage = createMemoryStorage({ now: () => now });
  const endpoints = new OwnEndpoints({ env: { storage } as unknown as RegistryEnvironment, resources: [], advertise: { address: '192.0.2.1', port: 6443 } });
  const keys = async (): Promise<string[]> => {
    await storage.expire();
    return (await storage.list('-/apiservers/')).items.map(({ key }) => key);
  };
  await renewed(endpoints);
  const [key] = await keys();
  now = 10_000;
  await renewed(endpoints);
  now = 24_000;
  expect(await keys()).toEqual([key]);
  now = 26_000;
  expect(await keys()).toEqual([]);
  await renewed(endpoints);
  expect(await keys()).toEqual([key]);
});
