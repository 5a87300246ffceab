import { describeProcessStreams } from '../process-streams.suite.js';
import { createDockerRuntime } from './docker-runtime.js';
import { engineAbsent, ownCluster, removeAll, testImage } from './docker-harness.suite.js';

describeProcessStreams('docker', async () => {
  const absent = await engineAbsent();
  if (absent !== undefined) return absent;
  const options = ownCluster();
  const runtime = createDockerRuntime(options);
  return {
    runtime,
    again: () => createDockerRuntime(options),
    image: testImage,
    dispose: async () => {
      await removeAll(options.cluster);
      await runtime.close();
    },
  };
}, { strict: false });
