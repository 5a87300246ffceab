import { run } from './run.js';

/** Why real containers cannot be tested here; undefined when they can. Docker's own client asks, as a user would. */
export async function engineReason(images: readonly string[]): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'real pods need Linux and root';
  const info = await run('docker', ['info']).catch(() => undefined);
  if (info?.code !== 0) return 'no Docker engine answers';
  for (const image of images) {
    if ((await run('docker', ['image', 'inspect', image])).code !== 0) return `the engine has no image ${image}`;
  }
  return undefined;
}

/** Containers, networks and volumes of a cluster that the engine still has, by name. */
export async function objectsOf(cluster: string): Promise<string[]> {
  const filter = ['--filter', `label=io.gantry.cluster=${cluster}`];
  const lists = await Promise.all([
    run('docker', ['ps', '-a', ...filter, '--format', 'container {{.Names}}']),
    run('docker', ['network', 'ls', ...filter, '--format', 'network {{.Name}}']),
    run('docker', ['volume', 'ls', ...filter, '--format', 'volume {{.Name}}']),
  ]);
  return lists.flatMap((list) => list.stdout.split('\n').filter((line) => line !== ''));
}

/** Running containers of a cluster with a label, with the pod that they belong to. */
export async function containersOf(cluster: string, label: string): Promise<{ name: string; podUid: string }[]> {
  const list = await run('docker', ['ps', '--filter', `label=io.gantry.cluster=${cluster}`, '--filter', `label=${label}`, '--format', '{{.Names}} {{.Label "io.gantry.pod.uid"}}']);
  return list.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ name: line.split(' ')[0] ?? '', podUid: line.split(' ')[1] ?? '' }));
}
