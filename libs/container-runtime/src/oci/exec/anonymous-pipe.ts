import { spawn } from 'node:child_process';
import { constants, fchmodSync, openSync } from 'node:fs';
import { RuntimeError } from '../../runtime.js';

export interface PipeEnds {
  readonly reading: number;
  readonly writing: number;
}

/** Has a pipe as its fourth descriptor, since to read from the third is to put that in the place of its input; says its number, and does nothing until the third ends. */
const HOLDER = ": | exec sh -c 'exec 4<&0; echo $$; read -r over <&3'";

/**
 * A pipe without a name, of which Node has none: a shell makes it, and it is opened through that shell's descriptor, after which the shell
 * goes. Unlike a named one it can be opened anew by a reader when there is no writer any more.
 */
export async function anonymousPipe(): Promise<PipeEnds> {
  const holder = spawn('sh', ['-c', HOLDER], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
  try {
    const path = `/proc/${await firstLine(holder)}/fd/4`;
    const ends = { reading: openSync(path, constants.O_RDONLY), writing: openSync(path, constants.O_WRONLY) };
    // Users of the container may open it anew, whoever they are.
    fchmodSync(ends.reading, 0o666);
    return ends;
  } finally {
    for (const stream of holder.stdio) stream?.destroy();
  }
}

function firstLine(holder: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    holder.once('error', reject).once('close', () => reject(new RuntimeError('unavailable', 'no shell makes a pipe')));
    holder.stdout?.once('data', (line: Buffer) => resolve(Number(line.toString())));
  });
}
