import { addressText, parseIpv4Range } from './ipv4-range.js';

export interface NodeIpamSettings {
  /** All pods' range, IPv4. */
  readonly clusterCidr: string;
  /** Bits of a node's share. */
  readonly nodeCidrMaskSize: number;
  /** A range that no pod gets an address of, where it lies in the cluster's. */
  readonly serviceCidr?: string;
}

export const DEFAULT_NODE_IPAM_SETTINGS: NodeIpamSettings = { clusterCidr: '10.244.0.0/16', nodeCidrMaskSize: 24 };

/** The shares of the cluster's range: which are taken, and the next that is not. */
export class PodCidrs {
  readonly #first: number;
  readonly #count: number;
  readonly #size: number;
  readonly #maskSize: number;
  readonly #taken = new Set<number>();
  #next: number;

  /**
   * @param next the share that is tried first: of one that was given away lately the world may still speak
   * @throws Error on settings that give no share
   */
  constructor({ clusterCidr, nodeCidrMaskSize, serviceCidr }: NodeIpamSettings, next = 0) {
    const range = parseIpv4Range(clusterCidr);
    if (range === undefined) throw new Error(`${clusterCidr} is not an IPv4 range`);
    this.#size = 2 ** (32 - nodeCidrMaskSize);
    this.#maskSize = nodeCidrMaskSize;
    this.#first = range.first;
    this.#count = Math.floor((range.last - range.first + 1) / this.#size);
    if (this.#count === 0) throw new Error(`a node's /${nodeCidrMaskSize} is larger than the cluster's ${clusterCidr}`);
    this.#next = next % this.#count;
    if (serviceCidr !== undefined) this.occupy(serviceCidr);
  }

  /** The share after the one that was taken last. */
  get next(): number {
    return this.#next;
  }

  /** Whoever holds `cidr`, nobody else gets a share that has an address of it. What lies outside of the range is no concern. */
  occupy(cidr: string): void {
    const range = parseIpv4Range(cidr);
    if (range === undefined) return;
    const from = Math.max(0, Math.floor((range.first - this.#first) / this.#size));
    const to = Math.min(this.#count - 1, Math.floor((range.last - this.#first) / this.#size));
    for (let share = from; share <= to; share += 1) this.#taken.add(share);
  }

  /** Takes the next free share, going round; undefined when all are taken. */
  take(): string | undefined {
    for (let step = 0; step < this.#count; step += 1) {
      const share = (this.#next + step) % this.#count;
      if (this.#taken.has(share)) continue;
      this.#taken.add(share);
      this.#next = (share + 1) % this.#count;
      return `${addressText(this.#first + share * this.#size)}/${this.#maskSize}`;
    }
    return undefined;
  }
}
