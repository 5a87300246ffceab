import { isAlreadyExists, isConflict } from '@gantry/apimachinery';
import type { Clock, Logger } from '@gantry/async';
import { silentLogger, systemClock } from '@gantry/async';
import type { Reconcile, ReconcileResult } from './reconcile.js';
import type { WorkQueue, WorkQueueMetrics } from './work-queue.js';

/** How one call of a reconcile ended. */
export type ReconcileOutcome = 'success' | 'requeue_after' | 'error';

export interface ControllerMetrics {
  reconciled(controller: string, outcome: ReconcileOutcome, milliseconds: number): void;
  /** Those of a controller's queue. */
  queue(controller: string): WorkQueueMetrics;
}

export interface ControllerOptions {
  /** Appears in logs and metrics. */
  readonly name: string;
  readonly reconcile: Reconcile;
  readonly queue: WorkQueue;
  /** Keys worked on at once; 1 where not given. A key is never worked on twice at once. */
  readonly concurrency?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Pick<ControllerMetrics, 'reconciled'>;
}

export interface RunningController {
  /** Ends the loop: aborts the signals of running reconciles and waits for them. Idempotent. */
  stop(): Promise<void>;
}

/** The one place where outcomes become requeues: nothing or a value forgets the failures, a throw comes back with back-off. */
function settle(queue: WorkQueue, key: string, result: ReconcileResult | undefined): ReconcileOutcome {
  queue.forget(key);
  if (result?.requeueAfter === undefined) return 'success';
  queue.addAfter(key, result.requeueAfter);
  return 'requeue_after';
}

/** A conflict is optimistic concurrency at work, the next look sees the newer object: no news for an operator. */
function reportFailure(logger: Logger, queue: WorkQueue, key: string, error: unknown): void {
  const fields = { key, failures: queue.failures(key), error: error instanceof Error ? error.message : String(error) };
  if (isConflict(error) || isAlreadyExists(error)) logger.debug(fields, 'reconcile met a conflict');
  else logger.warn({ ...fields, stack: error instanceof Error ? error.stack : undefined }, 'reconcile failed');
}

async function reconcileOnce(options: ControllerOptions, clock: Clock, logger: Logger, key: string, signal: AbortSignal): Promise<void> {
  const { queue } = options;
  const start = clock.monotonic();
  let outcome: ReconcileOutcome = 'error';
  try {
    outcome = settle(queue, key, (await options.reconcile(key, signal)) ?? undefined);
  } catch (error) {
    if (!signal.aborted) reportFailure(logger, queue, key, error);
    queue.addRateLimited(key);
  } finally {
    queue.done(key);
    options.metrics?.reconciled(options.name, outcome, clock.monotonic() - start);
  }
}

async function work(options: ControllerOptions, clock: Clock, logger: Logger, signal: AbortSignal): Promise<void> {
  for (;;) {
    const key = await options.queue.take(signal);
    if (key === undefined) return;
    await reconcileOnce(options, clock, logger, key, signal);
  }
}

/** Takes keys from the queue and reconciles them until stopped or the queue is shut down. */
export function runController(options: ControllerOptions): RunningController {
  const { clock = systemClock, concurrency = 1 } = options;
  const logger = (options.logger ?? silentLogger).child({ controller: options.name });
  const controller = new AbortController();
  const workers = Array.from({ length: concurrency }, () => work(options, clock, logger, controller.signal));
  const ended = Promise.all(workers);
  return {
    async stop() {
      controller.abort(new Error(`controller ${options.name} stops`));
      await Promise.all([options.queue.shutDown(), ended]);
    },
  };
}
