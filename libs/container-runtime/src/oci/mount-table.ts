import { ownMountPoints } from '@gantry/machine';
import { runCommand } from './command.js';

/** Takes away what is mounted at these points, also while somebody still looks at it; what is not mounted is no error. */
export async function unmount(points: readonly string[]): Promise<void> {
  if (points.length === 0) return;
  await runCommand('umount', ['-l', ...points]).catch(async (error: unknown) => {
    const left = new Set(await ownMountPoints());
    if (points.some((point) => left.has(point))) throw error;
  });
}
