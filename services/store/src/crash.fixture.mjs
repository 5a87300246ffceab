// A store that writes until a failpoint ends it, and says on standard output, at once, what it acknowledged and what followers saw.
import { writeSync } from 'node:fs';
import { FAILPOINTS, parseFailpoints } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import { createRemoteStorage } from '../../api/src/remote-storage/remote-storage.suite.js';
import { startStore } from './store.js';

const [config, failpoints, prefix] = process.argv.slice(2);
const log = () => undefined;
const logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
const say = (...words) => writeSync(1, `${words.join(' ')}\n`);

const bus = createMemoryBus();
bus.subscribe('watch.>', ({ headers }) => say('published', headers.key));
const store = await startStore({ bus, postgres: JSON.parse(config), logger, failpoints: parseFailpoints(failpoints, FAILPOINTS) });
await store.whenLeading();
const storage = createRemoteStorage(bus);

const writers = Array.from({ length: 8 }, async (_, writer) => {
  for (let i = 0; i < 100; i++) {
    const key = `core/pods/default/${prefix}-${writer}-${i}`;
    const outcome = await storage.write([{ type: 'put', key, expectedRevision: 0, value: Buffer.from(`{"metadata":{"name":"${key}"}}`), spliceOffset: 13, schemaHash: '' }]);
    say('acknowledged', key, outcome.revisions[0]);
  }
});
await Promise.all(writers);
say('done');
process.exit(0);
