import { readlinkSync } from 'node:fs';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { createDockerRuntime } from '@gantry/container-runtime/docker';
import type { EngineMachine } from './engine-machine.js';
import type { DockerNodeRuntime, NodeSettings } from './messages.js';

/** Containers by the engine. `routed`: the kubelet gives pods their network, else the engine does. */
export function dockerRuntime({ cluster, nodeName }: NodeSettings, runtime: DockerNodeRuntime, routed: boolean, engine: EngineMachine): ContainerRuntime {
  return createDockerRuntime({
    socketPath: runtime.engineSocket,
    cluster,
    node: nodeName,
    networkContainer: runtime.networkContainer,
    networkNamespace: readlinkSync('/proc/self/ns/net'),
    pauseImage: runtime.pauseImage,
    podNetwork: routed ? 'none' : 'bridge',
    extraLabels: runtime.containerLabels,
    ...(engine.enginePath === undefined ? {} : { enginePath: engine.enginePath }),
    ...(engine.engineStatus === undefined ? {} : { engineStatus: engine.engineStatus }),
  });
}
