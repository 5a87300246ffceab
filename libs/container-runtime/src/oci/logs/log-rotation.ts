import { delay, systemClock } from '@gantry/async';
import { reopenLog } from '../reaper-control.js';
import type { StreamDependencies } from '../seam.js';
import { DEFAULT_LIMITS, rotateLog } from './rotate-log.js';

/** Milliseconds between looks at the sizes (`containerLogMonitorInterval`): an event for each write would cost more than all of these looks. */
const INTERVAL = 10_000;

/** Rotates the logs of running containers until `closed` aborts. */
export async function rotateLogs(dependencies: Pick<StreamDependencies, 'containers' | 'places' | 'logger'>, closed: AbortSignal): Promise<void> {
  while (await isStillOpen(closed)) {
    await rotateAll(dependencies).catch((error: unknown) => dependencies.logger.warn({ error: String(error) }, 'logs of containers could not be rotated'));
  }
}

async function isStillOpen(closed: AbortSignal): Promise<boolean> {
  return delay(systemClock, INTERVAL, closed).then(() => true, () => false);
}

/** One after the other: compressing takes a processor. */
async function rotateAll({ containers, places, logger }: Pick<StreamDependencies, 'containers' | 'places' | 'logger'>): Promise<void> {
  for (const { state, record: { id, config } } of await containers.list()) {
    if (state !== 'running') continue;
    const reopen = (): Promise<void> => reopenLog(places.container(id).control, config.logPath);
    await rotateLog(config.logPath, DEFAULT_LIMITS, Date.now(), reopen).catch((error: unknown) => logger.warn({ container: id, error: String(error) }, 'a log could not be rotated'));
  }
}
