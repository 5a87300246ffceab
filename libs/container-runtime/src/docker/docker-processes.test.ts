import { describeContainerProcesses } from '../container-processes.suite.js';
import { dockerBed } from './docker-harness.suite.js';

describeContainerProcesses('docker', async () => {
  const bed = await dockerBed();
  return typeof bed === 'string' ? bed : { ...bed, mayMissMemoryKills: true };
});
