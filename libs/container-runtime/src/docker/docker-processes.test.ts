import { describeContainerProcesses } from '../container-processes.suite.js';
import { createDockerRuntime, engineAbsent, ownCluster, removeAll, testImage } from './docker-harness.suite.js';

describeContainerProcesses('docker', async () => {
  const absent = await engineAbsent();
  if (absent !== undefined) return absent;
  const options = ownCluster();
  const runtime = createDockerRuntime(options);
  return {
    runtime,
    image: testImage,
    dispose: async () => {
      await removeAll(options.cluster);
      await runtime.close();
    },
  };
});
