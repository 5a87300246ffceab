import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const runner = new URL('./run.mjs', import.meta.url).href;

/** A process that runs `child` (source text) as the bootstrap does. */
function bootstrap(child: string) {
  const source = `import { runAndExit } from ${JSON.stringify(runner)}; runAndExit(process.execPath, ['-e', ${JSON.stringify(child)}], process.cwd());`;
  return spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('the exit code is passed on', async () => {
  const [code] = await once(bootstrap('process.exit(3)'), 'exit');
  expect(code).toBe(3);
});

test('a child that a signal ended is told by 128 and its number', async () => {
  const [code] = await once(bootstrap('process.kill(process.pid, "SIGKILL")'), 'exit');
  expect(code).toBe(137);
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s reaches the child, which ends in its own way', async (signal) => {
  const process_ = bootstrap(`process.on('${signal}', () => process.exit(7)); setInterval(() => {}, 1000); console.log('ready');`);
  await once(process_.stdout, 'data');
  process_.kill(signal);
  const [code] = await once(process_, 'exit');
  expect(code).toBe(7);
});
