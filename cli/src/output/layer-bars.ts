import type { LayerProgress } from '@gantry/container-images';
import { bytesText, paint } from './terminal.js';

const WIDTH = 24;
const DIGEST = { start: 'sha256:'.length, end: 'sha256:'.length + 12 };
const STATE_WIDTH = 'downloading'.length;
/** Milliseconds between two drawings. */
const REDRAW = 100;

/** Shows the layers of an image that is coming on standard error: a bar each on a terminal, elsewhere a line each when it is done. */
export class LayerBars {
  readonly #layers = new Map<string, LayerProgress>();
  #drawn = 0;
  #drawnAt = 0;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  readonly report = (progress: LayerProgress): void => {
    const isNew = this.#layers.get(progress.digest)?.state !== progress.state;
    this.#layers.set(progress.digest, progress);
    if (this.stream.isTTY) this.#draw(isNew);
    else if (isNew && (progress.state === 'done' || progress.state === 'exists')) this.stream.write(`${lineOf(progress, false)}\n`);
  };

  /** The bars stay as they are; what is written next stands below. */
  end(): void {
    if (this.stream.isTTY && this.#layers.size > 0) this.#draw(true);
    this.#layers.clear();
    this.#drawn = 0;
  }

  #draw(atOnce: boolean): void {
    if (!atOnce && performance.now() - this.#drawnAt < REDRAW) return;
    this.#drawnAt = performance.now();
    const lines = [...this.#layers.values()].map((progress) => `\u001b[2K${paintedLine(progress, this.stream)}\n`);
    this.stream.write(`${this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`}${lines.join('')}`);
    this.#drawn = lines.length;
  }
}

function paintedLine(progress: LayerProgress, stream: NodeJS.WriteStream): string {
  const isOver = progress.state === 'done' || progress.state === 'exists';
  return paint(isOver ? 'green' : 'reset', lineOf(progress, true), stream);
}

/** `193998e47e12  downloading  [=======>                ]  12.3 MB of 45.6 MB`. */
export function lineOf({ digest, state, current, total }: LayerProgress, withBar: boolean): string {
  const start = `${digest.slice(DIGEST.start, DIGEST.end)}  ${state.padEnd(STATE_WIDTH)}`;
  if (state === 'downloading' && withBar && total > 0) return `${start}  ${barOf(current / total)}  ${bytesText(current)} of ${bytesText(total)}`;
  return total > 0 ? `${start}  ${bytesText(total)}` : start.trimEnd();
}

function barOf(part: number): string {
  const filled = Math.min(WIDTH, Math.floor(part * WIDTH));
  return `[${'='.repeat(filled)}${filled < WIDTH ? '>' : ''}`.padEnd(WIDTH + 1) + ']';
}
