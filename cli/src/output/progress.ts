import type { ProgressStep } from '@gantry/cluster';
import { duration, paint } from './terminal.js';

const NAME_WIDTH = 15;
const DETAIL_WIDTH = 52;

/** Shows the steps of a start on standard error: a line each when done, and on a terminal the running one as well. */
export class ProgressLines {
  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  readonly report = (step: ProgressStep): void => {
    if (step.state === 'started') return this.#running(step);
    const mark = paint('green', '✓', this.stream);
    const took = paint('dim', duration(step.took ?? 0).padStart(8), this.stream);
    this.#line(`  ${mark} ${step.name.padEnd(NAME_WIDTH)}${(step.detail ?? '').padEnd(DETAIL_WIDTH)}${took}\n`);
  };

  readonly warn = (text: string): void => this.#line(`  ${paint('yellow', '!', this.stream)} ${text}\n`);

  /** What may take long stays to be read, also where lines cannot be taken back. */
  #running({ name, detail }: ProgressStep): void {
    const mark = paint('dim', '·', this.stream);
    if (detail !== undefined) this.#line(`  ${mark} ${name.padEnd(NAME_WIDTH)}${detail}\n`);
    else if (this.stream.isTTY) this.#line(`  ${mark} ${name} …`);
  }

  #line(text: string): void {
    this.stream.write(this.stream.isTTY ? `\r\u001b[2K${text}` : text);
  }
}
