import type { GarbageOptions } from '../image-store.js';

/** The disk of the images, in bytes. */
export interface Disk {
  readonly capacity: number;
  readonly available: number;
}

/** What is known of an image that may have to go. */
export interface GarbageCandidate {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
  readonly usedAt: number;
  readonly inUse: boolean;
}

export type GarbageSettings = Required<Omit<GarbageOptions, 'keep'>>;

export const GARBAGE_DEFAULTS: GarbageSettings = { high: 85, low: 80, minimumAge: 120_000, maximumAge: 0 };

export interface GarbagePlan {
  /** Whatever the disk says. */
  readonly expired: readonly string[];
  /** Until enough is free, in this order. */
  readonly candidates: readonly string[];
  /** Bytes that should come free for the disk's sake. */
  readonly toFree: number;
}

/** What of the images goes; the disk decides as the kubelet's `imageGCHighThresholdPercent` and `imageGCLowThresholdPercent` say. */
export function planGarbage(images: readonly GarbageCandidate[], disk: Disk, settings: GarbageSettings, now: number): GarbagePlan {
  const removable = images.filter(({ inUse, addedAt }) => !inUse && now - addedAt >= settings.minimumAge).toSorted((a, b) => a.usedAt - b.usedAt || a.addedAt - b.addedAt);
  const isExpired = ({ usedAt }: GarbageCandidate): boolean => settings.maximumAge > 0 && now - usedAt > settings.maximumAge;
  const isFull = usedPercent(disk) >= settings.high;
  return {
    expired: removable.filter(isExpired).map(({ id }) => id),
    candidates: removable.filter((image) => !isExpired(image)).map(({ id }) => id),
    toFree: isFull ? Math.max(0, Math.ceil((disk.capacity * (100 - settings.low)) / 100) - disk.available) : 0,
  };
}

/** Whole percent of the disk in use. */
export function usedPercent({ capacity, available }: Disk): number {
  return capacity === 0 ? 0 : 100 - Math.floor((available * 100) / capacity);
}
