import { createLogger } from '@gantry/platform';
import { setUp } from './setup.js';

/** The folder whose parts are the volumes of the services. */
const ROOT = '/var/lib/gantry';

const logger = createLogger({ level: 'info' }).child({ component: 'setup' });
try {
  const written = await setUp(ROOT, Date.now());
  logger.info({ written }, 'every service has what it needs');
} catch (error) {
  logger.error({ error }, 'the cluster could not be set up');
  process.exitCode = 1;
}
