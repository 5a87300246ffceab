export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** Longest text of one size. */
const LONGEST = 256;

/** Reads the sizes that a client writes, one JSON object after the other, however they are cut; what is none is passed over. */
export class TerminalSizes {
  #rest = '';

  read(bytes: Uint8Array): TerminalSize[] {
    this.#rest += Buffer.from(bytes).toString('latin1');
    const sizes: TerminalSize[] = [];
    for (let end = this.#rest.indexOf('}'); end >= 0; end = this.#rest.indexOf('}')) {
      const size = parsed(this.#rest.slice(0, end + 1));
      if (size !== undefined) sizes.push(size);
      this.#rest = this.#rest.slice(end + 1);
    }
    this.#rest = this.#rest.slice(0, LONGEST);
    return sizes;
  }
}

function parsed(text: string): TerminalSize | undefined {
  try {
    const { Width: width, Height: height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return isSize(width) && isSize(height) ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 0xffff;
}
