import { describeContainerProcesses } from '../container-processes.suite.js';
import { describeContainerRuntime } from '../container-runtime.suite.js';
import type { ContainerRuntime } from '../runtime.js';
import { createOciRuntime } from './create-oci-runtime.js';
import { ociAbsent, ociTestBed, testImage } from './oci-harness.suite.js';
import type { OciTestBed } from './oci-harness.suite.js';

async function dispose(runtime: ContainerRuntime, bed: OciTestBed): Promise<void> {
  await Promise.all((await runtime.listSandboxes()).map(({ id }) => runtime.removeSandbox(id)));
  await runtime.close();
  await bed.dispose();
}

describeContainerRuntime('oci', async () => {
  const absent = ociAbsent();
  if (absent !== undefined) return absent;
  const bed = await ociTestBed();
  const runtime = createOciRuntime(bed.options);
  return {
    runtime,
    again: () => createOciRuntime(bed.options),
    otherNode: () => createOciRuntime({ ...bed.options, node: 'n2', root: `${bed.options.root}-2` }),
    image: testImage,
    missingImage: '127.0.0.1:1/missing:1',
    behave: ({ prints, exitsWith }) => ({
      command: ['sh', '-c', `${prints === undefined ? '' : `printf '%s\\n' "$PRINTS"; `}${exitsWith === undefined ? 'exec sleep 600' : `exit ${exitsWith}`}`],
      env: prints === undefined ? [] : [{ name: 'PRINTS', value: prints }],
    }),
    unstartable: () => ({ command: ['/no/such/program'] }),
    dispose: () => dispose(runtime, bed),
  };
});

describeContainerProcesses('oci', async () => {
  const absent = ociAbsent();
  if (absent !== undefined) return absent;
  const bed = await ociTestBed();
  const runtime = createOciRuntime(bed.options);
  return { runtime, image: testImage, dispose: () => dispose(runtime, bed) };
});
