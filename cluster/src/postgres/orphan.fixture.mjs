// Starts Postgres, tells its process id and waits to be killed.
import { startPostgres } from './postgres.js';

const [dataDir, runtimeDir] = process.argv.slice(2);
const log = () => undefined;
const logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
const { pid } = await startPostgres({ dataDir, runtimeDir, logger });
process.send(pid);
setInterval(() => undefined, 1000);
