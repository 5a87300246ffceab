import { execFileSync } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** The user of the image `node`, which the Dockerfile names. */
const NODE = { uid: 1000, gid: 1000 };
/** Loaded by the C library itself when it looks up names, where they are not part of it. */
const NAME_SERVICE = /^(libnss_(dns|files)|libresolv)\.so/;

/**
 * Builds an image without an engine and without a registry, into Gantry's own store: what the Dockerfile says, with the Node that runs this
 * and the machine's C library in the place of the base image. `store`: of `@gantry/container-images`.
 */
export async function buildWithoutEngine({ tag, folder, args }, root, store) {
  const files = await mkdtemp(join(tmpdir(), 'gantry-example-'));
  try {
    await makeRoot(files, join(root, folder));
    const Env = ['PATH=/usr/local/bin:/usr/bin:/bin', 'NODE_ENV=production', `GUESTBOOK_VERSION=${args.VERSION}`];
    await store.build({ folder: files, tags: [tag], config: { Env, WorkingDir: '/app', User: 'node', Entrypoint: ['node', 'src/main.ts'] }, owner: { uid: 0, gid: 0 } });
  } finally {
    await rm(files, { recursive: true, force: true });
  }
}

async function makeRoot(files, example) {
  // Who runs this may keep new files from others: what stands in an image is for all of its users.
  process.umask(0o022);
  await chmod(files, 0o755);
  for (const path of [process.execPath, ...(await librariesOf(process.execPath))]) await copyInto(files, path, path === process.execPath ? '/usr/local/bin/node' : path);
  await cp(join(example, 'src'), join(files, 'app/src'), { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  await mkdir(join(files, 'etc'), { recursive: true });
  await writeFile(join(files, 'etc/passwd'), `root:x:0:0:root:/root:/sbin/nologin\nnode:x:${NODE.uid}:${NODE.gid}:node:/app:/sbin/nologin\n`);
  await writeFile(join(files, 'etc/group'), `root:x:0:\nnode:x:${NODE.gid}:\n`);
  await writeFile(join(files, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
  await mkdir(join(files, 'tmp'));
  await chmod(join(files, 'tmp'), 0o1777);
}

/** What the machine's linker loads for a program, the linker included, by the names under which it looks for them. */
async function librariesOf(program) {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' }).split('\n');
  const loaded = lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  const besideC = loaded.filter((path) => basename(path).startsWith('libc.so')).map(dirname);
  const names = await Promise.all(besideC.map(async (folder) => (await readdir(folder)).filter((name) => NAME_SERVICE.test(name)).map((name) => join(folder, name))));
  return [...new Set([...loaded, ...names.flat()])];
}

async function copyInto(files, source, path) {
  const target = join(files, path);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(await realpath(source), target);
  await chmod(target, 0o755);
}
