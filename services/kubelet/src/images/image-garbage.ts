import type { Clock, Logger } from '@gantry/async';
import { delay } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';
import type { EventContent } from '@gantry/controller';

/** When images have to go, under the names of the kubelet's configuration. */
export interface ImageGarbageSettings {
  readonly imageGCHighThresholdPercent: number;
  readonly imageGCLowThresholdPercent: number;
  /** Milliseconds. */
  readonly imageMinimumGCAge: number;
  /** Milliseconds; 0: none goes for its age. */
  readonly imageMaximumGCAge: number;
}

export const IMAGE_GARBAGE_DEFAULTS: ImageGarbageSettings = { imageGCHighThresholdPercent: 85, imageGCLowThresholdPercent: 80, imageMinimumGCAge: 120_000, imageMaximumGCAge: 0 };

/** Milliseconds between two looks at the disk. */
const PERIOD = 300_000;

export interface ImageGarbageOptions {
  readonly runtime: ContainerRuntime;
  readonly settings: ImageGarbageSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  /** About the node. */
  readonly event: (content: EventContent) => void;
}

/** Removes images that nothing uses while the disk is too full, until `signal` aborts. An engine's images are its owner's: only runtimes that keep their own are asked. */
export async function imageGarbageLoop(options: ImageGarbageOptions, signal: AbortSignal): Promise<void> {
  if (options.runtime.collectImageGarbage === undefined) return;
  let failedBefore = false;
  while (!signal.aborted) {
    const failure = await collect(options);
    // Once may be chance.
    if (failure !== undefined && failedBefore) options.event({ type: 'Warning', reason: 'ImageGCFailed', message: failure });
    failedBefore = failure !== undefined;
    await delay(options.clock, PERIOD, signal).catch(() => undefined);
  }
}

/** What went wrong, if anything did. */
async function collect({ runtime, settings, logger, event }: ImageGarbageOptions): Promise<string | undefined> {
  try {
    const { imageGCHighThresholdPercent: high, imageGCLowThresholdPercent: low, imageMinimumGCAge: minimumAge, imageMaximumGCAge: maximumAge } = settings;
    const report = await runtime.collectImageGarbage?.({ high, low, minimumAge, maximumAge });
    if (report === undefined || report.freed >= report.wanted) return undefined;
    const message = `Failed to garbage collect required amount of images. Attempted to free ${report.wanted} bytes, but only found ${report.freed} bytes eligible to free.`;
    event({ type: 'Warning', reason: 'FreeDiskSpaceFailed', message });
    return message;
  } catch (error) {
    logger.warn({ error: String(error) }, 'unused images could not be removed');
    return String(error);
  }
}
