import type { ComposeProject } from './compose.js';
import { objectsOf } from './engine.js';
import { run } from './run.js';
import { kernelObjects, processesOf } from './traces.js';

/** What a Compose project can leave on a machine, and its nodes' pods on a node that stays; one line a thing. */
export async function tracesOfProject(compose: ComposeProject): Promise<string[]> {
  const [own, pods, kernel, processes, nodes] = await Promise.all([compose.objects(), objectsOf(`compose.${compose.project}`), kernelObjects(), processesOf(compose.project), withinNodes(compose)]);
  return [...own, ...pods, ...kernel, ...processes, ...nodes];
}

/** Ends of pods' links, and folders of pods. */
async function withinNodes({ project }: ComposeProject): Promise<string[]> {
  const { stdout } = await run('docker', ['ps', '--filter', `label=com.docker.compose.project=${project}`, '--filter', 'label=com.docker.compose.service=node', '--format', '{{.Names}}']);
  return (await Promise.all(stdout.split('\n').filter((line) => line !== '').map(withinNode))).flat();
}

/** Nothing of a node that ends meanwhile. */
async function withinNode(container: string): Promise<string[]> {
  const { stdout } = await run('docker', ['exec', container, 'sh', '-c', 'ip -brief link show type veth; ls -d /var/lib/kubelet/[0-9]*/kubelet/pods/*']);
  return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('eth')).map((line) => `${container}: ${line.split(' ')[0]}`);
}
