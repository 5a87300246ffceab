import { describeContainerProcesses } from '../container-processes.suite.js';
import { describeContainerRuntime, shellBehaviour } from '../container-runtime.suite.js';
import { createOciRuntime } from './create-oci-runtime.js';
import { ociBed } from './oci-harness.suite.js';

describeContainerRuntime('oci', async () => {
  const bed = await ociBed();
  return typeof bed === 'string' ? bed : { ...bed, ...shellBehaviour, otherNode: () => createOciRuntime({ ...bed.options, node: 'n2', root: `${bed.options.root}-2` }) };
});

describeContainerProcesses('oci', ociBed);
