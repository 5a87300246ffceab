import { goQuote } from '../errors/go-quote.js';

const END = 'unexpected end of JSON input';
const KEY = 'looking for beginning of object key string';
const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

/** What Go says of a text that is no JSON; undefined for one that it reads. */
export function goJsonError(text: string): string | undefined {
  const scan = new Scan(Buffer.from(text).toString('latin1'));
  try {
    scan.document();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Reads bytes as Go's scanner does, which takes one blank more at the end, and throws its words at the first that does not fit. */
class Scan {
  private at = 0;

  constructor(private readonly bytes: string) {}

  document(): void {
    this.value();
    while (this.at < this.bytes.length && isBlank(this.bytes[this.at]!)) this.at += 1;
    if (this.at < this.bytes.length) this.refuse('after top-level value');
  }

  private get byte(): string {
    if (this.at > this.bytes.length) throw new Refusal(END);
    return this.bytes[this.at] ?? ' ';
  }

  private refuse(where: string): never {
    const { byte } = this;
    const shown = byte === "'" ? "\\'" : byte === '"' ? '"' : goQuote(byte).slice(1, -1);
    throw new Refusal(`invalid character '${shown}' ${where}`);
  }

  /** The next byte that is not blank. */
  private next(): string {
    while (isBlank(this.byte)) this.at += 1;
    return this.byte;
  }

  private value(): void {
    const byte = this.next();
    if (byte === '{') this.object();
    else if (byte === '[') this.list();
    else if (byte === '"') this.string();
    else if (byte === '-' || isDigit(byte)) this.number();
    else if (LITERALS[byte] !== undefined) this.literal(LITERALS[byte]);
    else this.refuse('looking for beginning of value');
  }

  private object(): void {
    this.at += 1;
    if (this.next() === '}') return void (this.at += 1);
    for (;;) {
      if (this.next() !== '"') this.refuse(KEY);
      this.string();
      if (this.next() !== ':') this.refuse('after object key');
      this.at += 1;
      this.value();
      if (this.closes('}', 'after object key:value pair')) return;
    }
  }

  private list(): void {
    this.at += 1;
    if (this.next() === ']') return void (this.at += 1);
    do this.value();
    while (!this.closes(']', 'after array element'));
  }

  private closes(end: string, where: string): boolean {
    const byte = this.next();
    if (byte !== end && byte !== ',') this.refuse(where);
    this.at += 1;
    return byte === end;
  }

  private string(): void {
    this.at += 1;
    while (this.byte !== '"') {
      if (this.byte < ' ') this.refuse('in string literal');
      if (this.byte === '\\') this.escape();
      this.at += 1;
    }
    this.at += 1;
  }

  private escape(): void {
    this.at += 1;
    if (this.byte !== 'u') return void ('bfnrt\\/"'.includes(this.byte) || this.refuse('in string escape code'));
    for (let digit = 0; digit < 4; digit += 1) {
      this.at += 1;
      if (!/[0-9a-fA-F]/.test(this.byte)) this.refuse('in \\u hexadecimal character escape');
    }
  }

  private number(): void {
    if (this.byte === '-') this.at += 1;
    if (this.byte === '0') this.at += 1;
    else this.digits('in numeric literal');
    if (this.byte === '.') {
      this.at += 1;
      this.digits('after decimal point in numeric literal');
    }
    if (!this.isOneOf('eE')) return;
    this.at += 1;
    if (this.isOneOf('+-')) this.at += 1;
    this.digits('in exponent of numeric literal');
  }

  private isOneOf(bytes: string): boolean {
    return bytes.includes(this.byte);
  }

  private digits(where: string): void {
    if (!isDigit(this.byte)) this.refuse(where);
    while (isDigit(this.byte)) this.at += 1;
  }

  private literal(text: string): void {
    for (const expected of text) {
      if (this.byte !== expected) this.refuse(`in literal ${text} (expecting '${expected}')`);
      this.at += 1;
    }
  }
}

function isBlank(byte: string): boolean {
  return byte === ' ' || byte === '\n' || byte === '\t' || byte === '\r';
}

function isDigit(byte: string): boolean {
  return byte >= '0' && byte <= '9';
}
