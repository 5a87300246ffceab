import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface BareContainer {
  readonly pid: number;
  readonly address: string;
}

/** Two containers on a Docker network of their own. */
export interface BareBridge {
  readonly containers: readonly [BareContainer, BareContainer];
  dispose(): Promise<void>;
}

export async function createBareBridge(image: string): Promise<BareBridge> {
  const name = `gantry-bench-bare-${process.pid}`;
  const label = ['--label', 'io.gantry.bench=network'];
  await execute('docker', ['network', 'create', ...label, name]);
  const ids: string[] = [];
  const start = async (): Promise<BareContainer> => {
    const { stdout } = await execute('docker', ['run', '-d', ...label, '--network', name, image, 'sleep', '3600']);
    ids.push(stdout.trim());
    return { pid: await pidOf(stdout.trim()), address: await addressOf(stdout.trim()) };
  };
  const dispose = async () => {
    if (ids.length > 0) await execute('docker', ['rm', '-f', ...ids]);
    await execute('docker', ['network', 'rm', name]);
  };
  try {
    return { containers: [await start(), await start()], dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Of a container's first process. */
export async function pidOf(container: string): Promise<number> {
  return Number((await execute('docker', ['inspect', '--format', '{{.State.Pid}}', container])).stdout);
}

async function addressOf(container: string): Promise<string> {
  return (await execute('docker', ['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', container])).stdout.trim();
}
