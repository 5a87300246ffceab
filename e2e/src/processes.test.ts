import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';

/** A service of the control plane as a process of its own, without a cluster around it. */
const PROGRAM = fileURLToPath(new URL('../../services/scheduler/dist/main.js', import.meta.url));

function start(environment: Readonly<Record<string, string>>): { child: ChildProcessWithoutNullStreams; said: () => string } {
  const child = spawn(process.execPath, [PROGRAM], { env: { PATH: process.env.PATH, GANTRY_ADMIN_PORT: '0', ...environment } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, said: () => text };
}

describe('a service as a process', () => {
  it('ends with 2 and says everything that is wrong with its configuration', async () => {
    const { child, said } = start({ GANTRY_LOG_LEVEL: 'loud' });
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(said()).toBe('the configuration cannot be used:\n  GANTRY_LOG_LEVEL is "loud": it must be one of debug, info, warn, error\n  GANTRY_NATS_SERVERS is not set\n');
  });

  it('ends with 0 when it is told to while it still waits for what it needs', async () => {
    const { child, said } = start({ GANTRY_LOG_LEVEL: 'debug', GANTRY_NATS_SERVERS: 'nats://127.0.0.1:1' });
    const closed = once(child, 'close');
    await vi.waitFor(() => expect(said()).toContain('no connection to NATS yet'), { timeout: 20_000 });
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
  });
});
