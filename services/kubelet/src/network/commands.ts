import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** Runs a program with `input`; rejects with what it printed as error. */
export async function run(program: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.trim() || `exit code ${code}`}`);
  return stdout;
}

/** The same program inside the network namespace of a process. */
export function inNamespaceOf(pid: number, program: string, args: readonly string[]): [string, string[]] {
  return ['nsenter', [`--net=/proc/${pid}/ns/net`, program, ...args]];
}
