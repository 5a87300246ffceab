import { describeProcessStreams } from '../process-streams.suite.js';
import { createOciRuntime } from './create-oci-runtime.js';
import { ociAbsent, ociTestBed, testImage } from './oci-harness.suite.js';

describeProcessStreams('oci', async () => {
  const absent = ociAbsent();
  if (absent !== undefined) return absent;
  const bed = await ociTestBed();
  const runtime = createOciRuntime(bed.options);
  return {
    runtime,
    again: () => createOciRuntime(bed.options),
    image: testImage,
    dispose: async () => {
      await runtime.close();
      await bed.dispose();
    },
  };
}, { strict: true });
