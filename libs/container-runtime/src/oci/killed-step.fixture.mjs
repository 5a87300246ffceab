// Runs pods and kills itself at one step of it: `killed-step.fixture.mjs <options> <step>`. A step is a change of the file system or a program that is
// started, before and right after that. Sends how many steps there were.
import child from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [options, last] = process.argv.slice(2);
const { folder, ...given } = JSON.parse(options);
const CHANGES = ['appendFile', 'chmod', 'copyFile', 'link', 'mkdir', 'rename', 'rm', 'rmdir', 'symlink', 'unlink', 'writeFile', 'open'];
let steps = 0;
const names = [];
const step = (name) => {
  steps += 1;
  names.push(name);
  if (steps !== Number(last)) return;
  fs.writeSync(1, `${name}\n`);
  process.kill(process.pid, 'SIGKILL');
};
for (const name of CHANGES) {
  const original = fs.promises[name];
  fs.promises[name] = (...args) => {
    step(`${name} ${args[0]}`);
    return original(...args);
  };
}
for (const name of ['spawn', 'execFile']) {
  const original = child[name];
  child[name] = (...args) => {
    const text = `${name} ${args.slice(0, 2).flat().join(' ')}`;
    step(`before ${text}`);
    const started = original(...args);
    step(`after ${text}`);
    return started;
  };
}
syncBuiltinESMExports();

const { openImageStore } = await import('@gantry/container-images');
const { createOciRuntime } = await import('./create-oci-runtime.ts');
const { reopenLog } = await import('./reaper-control.ts');
const { rotateLog } = await import('./logs/rotate-log.ts');
const { ociPlaces } = await import('./places.ts');
const { podSteps } = await import('./killed-step.suite.ts');

const images = await openImageStore({ root: given.images });
const runtime = createOciRuntime({ ...given, images });
steps = 0;
names.length = 0;
await podSteps(runtime, folder, (id, log) => rotateLog(log, { maxSize: 1, maxFiles: 3 }, Date.now(), () => reopenLog(ociPlaces(given.root).container(id).control, log)));
const counted = names.slice();
await runtime.close();
await images.close();
process.send(counted);
process.disconnect();
