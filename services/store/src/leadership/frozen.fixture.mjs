// A store that leads and writes without end, one key after the other, and says on standard output what became of each.
import { writeSync } from 'node:fs';
import { createMemoryBus } from '@gantry/bus';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import { startStore } from '../store.js';

const log = () => undefined;
const logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
const say = (...words) => writeSync(1, `${words.join(' ')}\n`);

const bus = createMemoryBus();
const store = await startStore({ bus, postgres: JSON.parse(process.argv[2]), logger });
await store.whenLeading();
const storage = createRemoteStorage(bus);

const writer = async (id) => {
  for (let i = 0; ; i++) {
    const key = `core/pods/default/frozen-${id}-${i}`;
    try {
      const outcome = await storage.write([{ type: 'put', key, expectedRevision: 0, value: Buffer.from('{"metadata":{}}'), spliceOffset: 13, schemaHash: '' }]);
      say('acknowledged', key, outcome.revisions[0]);
    } catch (error) {
      say(error.code, key);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
};
for (const id of [0, 1, 2, 3]) void writer(id);
