export type { ContainerDefaults, Platform } from './image-config.js';
export type { ImageErrorCode } from './image-error.js';
export { ImageError } from './image-error.js';
export type {
  BuildOptions, Credentials, GarbageOptions, GarbageReport, ImageHold, ImageLimits, ImageStore, ImageStoreOptions, LayerProgress, LoadOptions, PullOptions, RegistrySettings, StoredImage,
} from './image-store.js';
export { openImageStore } from './open-image-store.js';
