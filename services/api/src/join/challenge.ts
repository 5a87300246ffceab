import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a challenge may be answered. */
const PATIENCE_MS = 60_000;

/** What a node signs to show that it has its key. Made and known by every replica of one cluster without anything kept. */
export class Challenges {
  readonly #key: Buffer;

  /** `secret` is shared by all replicas. */
  constructor(
    secret: Uint8Array,
    private readonly now: () => number,
  ) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'gantry node join challenge', 32));
  }

  make(): string {
    const text = `${this.now().toString(36)}.${randomBytes(16).toString('base64url')}`;
    return `${text}.${this.#seal(text)}`;
  }

  /** Whether it was made here, and not long ago. */
  isFresh(challenge: string): boolean {
    const [time = '', nonce = '', seal = ''] = challenge.split('.');
    const [expected, given] = [Buffer.from(this.#seal(`${time}.${nonce}`)), Buffer.from(seal)];
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return false;
    const age = this.now() - Number.parseInt(time, 36);
    return age > -PATIENCE_MS && age < PATIENCE_MS;
  }

  #seal(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}
