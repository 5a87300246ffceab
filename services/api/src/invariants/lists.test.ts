import { Failpoints } from '@gantry/async';
import type { Storage } from '@gantry/storage';
import { expect, it } from 'vitest';
import type { TestApi } from '../test-api.suite.js';
import { change, create, history, over, PATH, randomOf, replica, shown, stateAt } from './scene.suite.js';

/** A replica whose cache is behind: every revision waits before it is applied. */
function late(sleepMs: number): Failpoints {
  const failpoints = new Failpoints();
  failpoints.arm('before-cache-apply', { sleepMs });
  return failpoints;
}

it('invariant 2: a replica that is behind does not serve a state from before the request', async () => {
  const quick = await replica();
  const slow = await replica({ beside: quick, failpoints: late(300), limits: { freshnessTimeoutMs: 20 } });
  for (let i = 0; i < 10; i++) {
    await create(quick, `m${String(i)}`);
    expect((await slow.call('GET', `${PATH}/m${String(i)}`)).status).toBe(200);
    expect((await slow.call('GET', PATH)).body.items).toHaveLength(i + 1);
    await quick.call('DELETE', `${PATH}/m${String(i)}`);
    expect((await slow.call('GET', `${PATH}/m${String(i)}`)).status).toBe(404);
    await create(quick, `m${String(i)}`);
  }
});

it('invariant 4: the resourceVersion never goes back for a client that goes from replica to replica', async () => {
  const quick = await replica({ limits: { freshnessTimeoutMs: 30 } });
  const slow = await replica({ beside: quick, failpoints: late(20), limits: { freshnessTimeoutMs: 30 } });
  const random = randomOf(4);
  let newest = 0;
  const readers = [quick, slow].map((api) => async (): Promise<void> => {
    const before = newest;
    const { status, body } = await api.call('GET', random() < 0.5 ? PATH : `${PATH}?limit=3`);
    expect([status, Number(body.metadata.resourceVersion) >= before]).toEqual([200, true]);
    newest = Math.max(newest, Number(body.metadata.resourceVersion));
  });
  for (let step = 0; step < 60; step++) {
    await Promise.all([change(quick, random, step), readers[step % 2]!()]);
    if (step % 20 === 9) quick.storage.compact(await quick.storage.currentRevision() - 5);
    if (step === 30) quick.bus.faults.cut();
    if (step === 40) quick.bus.faults.heal();
  }
});

it('invariant 5: a list is the exact state at its resourceVersion, whatever is committed while it is read', async () => {
  let between: (() => Promise<unknown>) | undefined;
  const wrap = (storage: Storage): Storage =>
    over(storage, {
      list: async (...args) => {
        const page = await storage.list(...args);
        await between?.();
        return page;
      },
    });
  const api = await replica({ wrap, limits: { freshnessTimeoutMs: 20 } });
  for (let i = 0; i < 620; i += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => create(api, `m${String(i + k).padStart(3, '0')}`)));
  api.bus.faults.cut();
  await create(api, 'unknown-to-the-cache');
  let step = 0;
  between = async () => {
    const key = `core/configmaps/default/m${String(610 + step++)}`;
    const { value } = await api.storage.get(key);
    await api.storage.write([{ type: 'delete', key, expectedRevision: value!.revision }]);
  };
  const { body } = await api.call('GET', PATH);
  between = undefined;
  expect(step).toBeGreaterThan(1);
  expect(shown(body)).toEqual(stateAt(await history(api), Number(body.metadata.resourceVersion)));
  api.bus.faults.heal();
});

it('invariant 5: lists and their pages are exact states while everything changes', async () => {
  const first = await replica({ limits: { ringEvents: 4 } });
  const second = await replica({ beside: first, limits: { ringEvents: 4 }, failpoints: late(2) });
  const random = randomOf(5);
  const lists: { rv: number; items: string[] }[] = [];
  const read = async (api: TestApi): Promise<void> => {
    const query = ['', '?resourceVersion=0', `?resourceVersion=${String(lists.at(-1)?.rv ?? 0)}`, '?limit=2'][Math.floor(random() * 4)]!;
    const items: string[] = [];
    let { body } = await api.call('GET', PATH + query);
    const rv = Number(body.metadata.resourceVersion);
    const replicas = [second, first];
    for (;;) {
      items.push(...shown(body));
      expect(Number(body.metadata.resourceVersion)).toBe(rv);
      if (body.metadata.continue === undefined) break;
      ({ body } = await replicas.reverse()[0]!.call('GET', `${PATH}?limit=2&continue=${String(body.metadata.continue)}`));
    }
    lists.push({ rv, items });
  };
  for (let step = 0; step < 80; step++) await Promise.all([change(first, random, step), read(first), read(second)]);
  const changes = await history(first);
  for (const { rv, items } of lists) expect(items).toEqual(stateAt(changes, rv));
});
