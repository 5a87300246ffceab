import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CLOCK_PRELOAD } from './clock-preload.js';

export interface ProcessDefinition {
  readonly name: string;
  /** What follows `node` on the command line. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Every line that it prints on either stream. */
  readonly onLine: (line: string) => void;
  /** It ended although nobody ended it from here. */
  readonly onDied?: (code: number | null, signal: NodeJS.Signals | null) => void;
}

/** A Node program that can be killed, frozen, set to another hour and started again, as often as a test likes. */
export class FaultyProcess {
  #child: ChildProcess | undefined;
  #isFrozen = false;
  #isExpectedToEnd = false;
  #lives = 0;

  constructor(private readonly definition: ProcessDefinition) {}

  get name(): string {
    return this.definition.name;
  }

  /** How often it was started. */
  get lives(): number {
    return this.#lives;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** With a right clock and not frozen, whatever it was in an earlier life. `more` is added to its environment for this life. */
  start(more: Readonly<Record<string, string>> = {}): void {
    if (this.isRunning) throw new Error(`${this.name} runs`);
    const { argv, env, onLine, onDied } = this.definition;
    const child = spawn(process.execPath, ['--import', CLOCK_PRELOAD, ...argv], { env: { ...process.env, ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    this.#lives += 1;
    this.#isFrozen = false;
    this.#isExpectedToEnd = false;
    for (const stream of [child.stdout!, child.stderr!]) createInterface({ input: stream }).on('line', onLine);
    child.on('error', () => undefined);
    child.on('exit', (code, signal) => {
      if (this.#child === child && !this.#isExpectedToEnd) onDied?.(code, signal);
    });
  }

  /** At once and without a trace, frozen or not. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** As an administrator ends it. */
  async stop(): Promise<void> {
    this.thaw();
    await this.#end('SIGTERM');
  }

  /** It stands still and does not know it, until `thaw`. */
  freeze(): void {
    if (!this.isRunning || this.#isFrozen) return;
    this.#isFrozen = true;
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    this.#child?.kill('SIGCONT');
  }

  /** Its clock is so much ahead from now on; negative behind, 0 right. */
  setClock(aheadMs: number): void {
    if (this.isRunning) this.#child?.send({ clockAheadMs: aheadMs }, () => undefined);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    this.#isExpectedToEnd = true;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    this.#isFrozen = false;
  }
}
