/**
 * The way in: `node scripts/bootstrap.mjs <task> [arguments]`.
 *
 * Plain JavaScript without dependencies, on Node 20 or newer, because it runs before anything is installed. It brings the
 * checkout up to date (packages, then build) where a stamp is stale, and runs the task under the Node that the lock pins.
 */
import { installPackages } from './bootstrap/install.mjs';
import { buildSources } from './bootstrap/build.mjs';
import { withLock } from './bootstrap/lock.mjs';
import { fail } from './bootstrap/report.mjs';
import { pinnedNode, runAndExit } from './bootstrap/run.mjs';
import { tasks, usage } from './bootstrap/tasks.mjs';

const [name, ...rest] = process.argv.slice(2);
const task = tasks[name];
if (!task) fail(usage(name), 2);

try {
  await withLock(() => {
    installPackages();
    if (task.build) buildSources();
  });
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
if (task.argv) runAndExit(pinnedNode(), [...task.argv, ...rest]);
