import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { placesOf } from '@gantry/cluster/lifecycle';

/** A request as the API logs it under `--verbose`. */
export interface AccessLine {
  readonly method: string;
  readonly uri: string;
  readonly protocol: string;
  readonly upgrade?: string;
  readonly user?: string;
  readonly userAgent?: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly status: number;
  readonly answerType?: string;
}

/** Reads on in the log of a standalone cluster. */
export class AccessLog {
  #offset = 0;

  constructor(readonly path: string) {}

  static of(home: string, cluster: string): AccessLog {
    return new AccessLog(join(placesOf(home, cluster).logs, 'control-plane.log'));
  }

  /** The requests since the last call whose client's name begins so; they are logged before they are answered. */
  async since(userAgent: string): Promise<AccessLine[]> {
    const lines = (await this.#more()).split('\n').filter((line) => line.includes('"A request was answered"') && line.includes(`"userAgent":"${userAgent}`));
    return lines.map((line) => JSON.parse(line) as AccessLine);
  }

  async #more(): Promise<string> {
    const file = await open(this.path, 'r');
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(size - this.#offset);
      await file.read(bytes, 0, bytes.length, this.#offset);
      this.#offset = size;
      return bytes.toString();
    } finally {
      await file.close();
    }
  }
}
