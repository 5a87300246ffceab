import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createGuard } from '../guard.js';
import { WatchLog } from './watch-log.js';

it('lets go at once of the bytes of what it no longer keeps', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const log = new WatchLog({ messages: 10, bytes: 1024 * 1024 }, createGuard());
  log.ensure(1);
  const appended = Array.from({ length: 100 }, (_, index) => {
    const data = new Uint8Array(1024);
    log.append({ subject: 'watch.a', headers: {}, data, sequence: index + 1 });
    return new WeakRef(data);
  });
  await nextTurn();
  collectGarbage();
  expect(appended.map((data) => data.deref() !== undefined)).toEqual(appended.map((_, index) => index >= 90));
  expect(log.lastSequence()).toBe(100);
});
