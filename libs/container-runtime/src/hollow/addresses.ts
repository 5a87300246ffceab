/** Addresses of one range, lowest free first after the last one given; `undefined` when the range is used up. */
export class AddressPool {
  readonly #base: number;
  readonly #size: number;
  readonly #used = new Set<number>();
  #last = 0;

  /** `cidr`: IPv4 such as `10.244.3.0/24`; its first and last address are not given. */
  constructor(cidr: string) {
    const [address = '', length = '32'] = cidr.split('/');
    this.#base = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    this.#size = 2 ** (32 - Number(length));
  }

  take(): string | undefined {
    const usable = this.#size - 2;
    for (let step = 1; step <= usable; step += 1) {
      const offset = ((this.#last + step - 1) % usable) + 1;
      if (this.#used.has(offset)) continue;
      this.#used.add(offset);
      this.#last = offset;
      return dotted(this.#base + offset);
    }
    return undefined;
  }

  release(address: string): void {
    this.#used.delete(address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) - this.#base);
  }
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
