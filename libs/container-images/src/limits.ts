import type { ImageLimits } from './image-store.js';

const MEBIBYTE = 2 ** 20;

export const DEFAULT_LIMITS: ImageLimits = {
  manifestBytes: 4 * MEBIBYTE,
  configBytes: 4 * MEBIBYTE,
  layers: 127,
  layerBytes: 64 * 1024 * MEBIBYTE,
  layerEntries: 1_000_000,
  ratio: 200,
};
