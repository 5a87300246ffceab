// Works on a store and kills itself before one step on the file system: `killed-step.fixture.mjs <root> <reference> <step>`. Sends how many steps there were.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [root, reference, last] = process.argv.slice(2);
const CHANGES = ['appendFile', 'chmod', 'chown', 'copyFile', 'link', 'mkdir', 'rename', 'rm', 'symlink', 'truncate', 'unlink', 'utimes', 'writeFile', 'open'];
let steps = 0;
const counted = (target, name) => {
  const original = target[name];
  if (typeof original !== 'function') return;
  target[name] = (...args) => {
    steps += 1;
    if (steps === Number(last)) process.kill(process.pid, 'SIGKILL');
    return original.apply(target, args);
  };
};
for (const name of CHANGES) counted(fs.promises, name);
for (const name of ['openSync', 'closeSync', 'linkSync', 'mkdirSync', 'symlinkSync', 'rmSync', 'writeSync', 'chmodSync']) counted(fs, name);
syncBuiltinESMExports();

const { openImageStore } = await import('../open-image-store.js');
const store = await openImageStore({ root, platform: { os: 'linux', architecture: 'amd64' } });
const { id } = await store.pull(reference);
await store.hold({ imageId: id, holder: 'child.1' });
await store.tag(reference, 'other:1');
await store.release({ imageId: id, holder: 'child.1' });
await store.remove('other:1');
await store.remove(reference);
await store.pull(reference);
await store.close();
process.send(steps);
process.disconnect();
