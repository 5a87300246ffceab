/** Something that has made forms of its bytes and can make them again. */
export interface FormHolder {
  readonly formBytes: number;
  forget(): void;
}

/**
 * Bounds what is kept besides the stored bytes: parsed objects and representations. The oldest are forgotten first, and made again when
 * somebody asks; an object counts with the size of its stored bytes, once.
 */
export class FormsBudget {
  #holders: FormHolder[] = [];
  #first = 0;
  #bytes = 0;

  constructor(private readonly limitBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Called when a holder makes its first form. */
  admit(holder: FormHolder): void {
    this.#holders.push(holder);
    this.#bytes += holder.formBytes;
    while (this.#bytes > this.limitBytes && this.#first < this.#holders.length - 1) this.#forgetOldest();
    if (this.#first > 1024 && this.#first * 2 > this.#holders.length) this.#compact();
  }

  #forgetOldest(): void {
    const oldest = this.#holders[this.#first++]!;
    this.#bytes -= oldest.formBytes;
    oldest.forget();
  }

  #compact(): void {
    this.#holders = this.#holders.slice(this.#first);
    this.#first = 0;
  }
}
