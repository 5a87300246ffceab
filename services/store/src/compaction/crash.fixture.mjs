// A store that rewrites a few keys and compacts all but the newest revisions, again and again, until a failpoint ends it.
import { createMemoryBus } from '@gantry/bus';
import { FAILPOINTS, parseFailpoints } from '@gantry/async';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import { startStore } from '../store.js';

const [config, failpoints] = process.argv.slice(2);
const log = () => undefined;
const logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
const bus = createMemoryBus();
const store = await startStore({ bus, postgres: JSON.parse(config), logger, failpoints: parseFailpoints(failpoints, FAILPOINTS) });
await store.whenLeading();
const storage = createRemoteStorage(bus);
for (let round = 0; round < 50; round++) {
  for (let i = 0; i < 20; i++) {
    const key = `core/pods/default/p${i % 7}`;
    const { value } = await storage.get(key);
    if (value && (round + i) % 5 === 0) await storage.write([{ type: 'delete', key, expectedRevision: value.revision }]);
    else await storage.write([{ type: 'put', key, expectedRevision: value?.revision ?? 0, value: Buffer.from(`{"metadata":{"round":"${round} ${i}"}}`), spliceOffset: 13, schemaHash: '' }]);
  }
  await store.compact((await storage.currentRevision()) - 10);
}
process.exit(0);
