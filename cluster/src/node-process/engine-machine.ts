import type { DockerRuntimeOptions } from '@gantry/container-runtime/docker';

/** What the engine must be told beside the settings, where a node sees its machine from inside of a container. */
export type EngineMachine = Pick<DockerRuntimeOptions, 'enginePath' | 'engineStatus'>;
