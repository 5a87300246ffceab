import { silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import { createMemoryStorage } from '@gantry/storage';
import { expect, it, vi } from 'vitest';
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
