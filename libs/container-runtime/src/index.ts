export type {
  ContainerConfig, ContainerResources, ContainerRuntime, ContainerState, ContainerStats, ContainerStatus, Image, Mount, ProcessStreams, RuntimeErrorCode, RuntimeEvent, SandboxConfig, SandboxMetadata,
  SandboxState, SandboxStatus, Version,
} from './runtime.js';
export { RuntimeError } from './runtime.js';
