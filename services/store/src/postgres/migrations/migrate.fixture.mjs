// Migrates the database that its argument says, and ends.
import { migrate } from './migrate.js';

const log = () => undefined;
const logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
await migrate(JSON.parse(process.argv[2]), logger);
