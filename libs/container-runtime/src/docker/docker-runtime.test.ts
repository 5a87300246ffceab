import { describeContainerRuntime, shellBehaviour } from '../container-runtime.suite.js';
import { createDockerRuntime, dockerBed } from './docker-harness.suite.js';

describeContainerRuntime('docker', async () => {
  const bed = await dockerBed();
  return typeof bed === 'string' ? bed : { ...bed, ...shellBehaviour, otherNode: () => createDockerRuntime({ ...bed.options, node: 'n2' }) };
});
