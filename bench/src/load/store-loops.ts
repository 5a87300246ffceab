import { startStorage } from '@gantry/cluster/storage';
import { tellWriteLoops } from './write-loops.js';

/**
 * A store and those who write to it in one process, over the bus in memory, as the control plane of a standalone cluster holds them: compare-and-swap,
 * commit, history and publishing are in it, HTTP and all that Kubernetes asks of an object are not. Argument: the folder of a Postgres socket.
 */
const { storage, stop } = await startStorage({ host: process.argv[2] ?? '', port: 5432, user: 'gantry', database: 'postgres' });

await tellWriteLoops(async (name, value) => {
  const outcome = await storage.write([{ type: 'put', key: `core/configmaps/bench/${name}`, expectedRevision: 0, value, spliceOffset: 13, schemaHash: '' }]);
  if (!outcome.ok) throw new Error(`${name} was refused`);
});
await stop();
