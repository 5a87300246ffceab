import type { Bus } from '@gantry/bus';

/** Where the newest committed revision is announced, in decimal digits: the only way to notice a lost tail. */
const PROGRESS_SUBJECT = 'progress.rev';

/** Lossy by design: the next one says the same or more. `revision` must have been read from the database; `epoch` says whose term it is. */
export function publishProgress(bus: Pick<Bus, 'publish'>, revision: number, epoch: number): void {
  bus.publish(PROGRESS_SUBJECT, Buffer.from(String(revision)), { epoch: String(epoch) });
}
