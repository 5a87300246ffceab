import { describeContainerRuntime } from '../container-runtime.suite.js';
import { createDockerRuntime, engineAbsent, ownCluster, removeAll, testImage } from './docker-harness.suite.js';

describeContainerRuntime('docker', async () => {
  const absent = await engineAbsent();
  if (absent !== undefined) return absent;
  const options = ownCluster();
  const runtime = createDockerRuntime(options);
  return {
    runtime,
    again: () => createDockerRuntime(options),
    otherNode: () => createDockerRuntime({ ...options, node: 'n2' }),
    image: testImage,
    missingImage: '127.0.0.1:1/missing:1',
    behave: ({ prints, exitsWith }) => ({
      command: ['sh', '-c', `${prints === undefined ? '' : `printf '%s\\n' "$PRINTS"; `}${exitsWith === undefined ? 'exec sleep 600' : `exit ${exitsWith}`}`],
      env: prints === undefined ? [] : [{ name: 'PRINTS', value: prints }],
    }),
    unstartable: () => ({ command: ['/no/such/program'] }),
    dispose: async () => {
      await removeAll(options.cluster);
      await runtime.close();
    },
  };
});
