import { silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import { createMemoryStorage } from '@gantry/storage';
import { expect, it, vi } from 'vitest';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import { KeptAnswers } from './kept-answers.js';
import { serve } from './serve.js';

it('breaks a stream whose request cannot be read, instead of letting the requester wait', async () => {
  const bus = createMemoryBus();
  const warn = vi.fn();
  const serving = serve({ bus, subject: 'store.read', storage: createMemoryStorage(), logger: { ...silentLogger, warn } });
  const stream = await bus.openStream('store.read.stream', { timeoutMs: 10_000 });
  await stream.write(Buffer.from([9, 0]));
  await stream.end();
  expect(await stream.closed).toBe('the message ends too early');
  await serving.close();
  expect(warn).toHaveBeenCalledOnce();
  await bus.close();
});

it('reads what is larger than a message once, also where two servers share the requests', async () => {
  const bus = createMemoryBus();
  const storage = createMemoryStorage();
  for (let i = 0; i < 3; i++) await storage.write([{ ...put(pod(`p${i}`), 0), value: Buffer.alloc(700_000, 'x') }]);
  const list = vi.spyOn(storage, 'list');
  const servers = [1, 2].map(() => serve({ bus, subject: 'store.read', queue: 'store', storage, logger: silentLogger }));
  const remote = createRemoteStorage(bus);
  for (let times = 1; times <= 4; times++) {
    expect((await remote.list('core/pods/')).items.map(({ value }) => value.length)).toEqual([700_000, 700_000, 700_000]);
    expect(list).toHaveBeenCalledTimes(times);
  }
  await Promise.all(servers.map((server) => server.close()));
  await bus.close();
});

it('reads again what was not kept', async () => {
  const bus = createMemoryBus();
  const storage = createMemoryStorage();
  await storage.write([{ ...put(pod('large'), 0), value: Buffer.alloc(2_000_000, 'x') }]);
  const forgetful = vi.spyOn(KeptAnswers.prototype, 'take').mockReturnValue(undefined);
  const serving = serve({ bus, subject: 'store.read', storage, logger: silentLogger });
  expect((await createRemoteStorage(bus).get(pod('large'))).value?.value.length).toBe(2_000_000);
  expect(forgetful).toHaveBeenCalledOnce();
  forgetful.mockRestore();
  await serving.close();
  await bus.close();
});
