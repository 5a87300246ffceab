export type {
  ContainerConfig, ContainerResources, ContainerRuntime, ContainerState, ContainerStats, ContainerStatus, Image, ImageGarbageLimits, ImageGarbageReport, LogEntry, LogOptions, Mount, ProcessStreams, RuntimeErrorCode, RuntimeEvent,
  SandboxConfig, SandboxMetadata, SandboxState, SandboxStatus, Version,
} from './runtime.js';
export { openInside } from './open-inside.js';
export { RuntimeError } from './runtime.js';
export type { EngineDescription } from './docker/describe-engine.js';
export { describeEngine } from './docker/describe-engine.js';
export type { HollowDelays, HollowRuntime, HollowRuntimeOptions } from './hollow/hollow-runtime.js';
export { createHollowRuntime } from './hollow/hollow-runtime.js';
export { crunRefusal } from './oci/runtime-binary.js';
