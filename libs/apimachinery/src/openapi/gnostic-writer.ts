import type { WireWriter } from '../codec/protobuf/wire-writer.js';

/** The shapes that gnostic's messages are made of, each written behind (that is, before) what is there already. */
export class MessageWriter {
  constructor(private readonly writer: WireWriter) {}

  nested(field: number, write: () => void): void {
    const before = this.writer.length;
    write();
    this.writer.varint(this.writer.length - before);
    this.writer.tag(field, 2);
  }

  text(field: number, value: string): void {
    this.nested(field, () => this.writer.string(value));
  }

  bool(field: number, value: boolean): void {
    this.writer.varint(value ? 1 : 0);
    this.writer.tag(field, 0);
  }

  double(field: number, value: number): void {
    this.writer.double(value);
    this.writer.tag(field, 1);
  }

  /** A repeated message field. */
  each<T>(field: number, values: readonly T[], write: (value: T) => void): void {
    for (const value of [...values].reverse()) this.nested(field, () => write(value));
  }

  texts(field: number, values: readonly string[]): void {
    for (const value of [...values].reverse()) this.text(field, value);
  }

  /** A map: repeated messages with the name in field 1 and the value in field 2. */
  named<T>(field: number, entries: readonly (readonly [name: string, value: T])[], write: (value: T) => void): void {
    this.each(field, entries, ([name, value]) => {
      this.nested(2, () => write(value));
      this.text(1, name);
    });
  }

  /** String fields by number; those that are undefined are left out. */
  strings(fields: Readonly<Record<number, string | undefined>>): void {
    for (const [field, value] of Object.entries(fields).reverse()) if (value !== undefined) this.text(Number(field), value);
  }

  /** The `x-…` keywords of an object as vendor extensions. */
  extensions(field: number, object: object): void {
    const entries = Object.entries(object).filter(([name]) => name.startsWith('x-'));
    this.named(field, entries, (value) => this.text(2, `${JSON.stringify(value)}\n`));
  }
}
