import { Agent, request } from 'node:http';

export interface SteadyLoadOptions {
  /** Asked in turn: `http://172.18.0.2:30080`. */
  readonly urls: readonly string[];
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds until a request counts as failed. */
  readonly timeout: number;
}

export interface LoadResult {
  readonly sent: number;
  /** What came instead of an answer, or which status. */
  readonly failed: readonly string[];
}

interface Shot {
  readonly url: string;
  readonly write: boolean;
  readonly agent: Agent | false;
}

/** Each of so many requests is a POST. */
const WRITES = 10;

/**
 * Sends requests to a guestbook at an even pace, whatever becomes of those before, and never one again. Half of them come over
 * connections of their own, half over ones that are kept: those are where a server that ends carelessly breaks something.
 */
export class SteadyLoad {
  readonly #options: SteadyLoadOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly #underWay = new Set<Promise<void>>();
  readonly #failed: string[] = [];
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SteadyLoadOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#send(), 1000 / this.#options.rate);
  }

  /** Waits for the answers that are due. */
  async stop(): Promise<LoadResult> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    this.#agent.destroy();
    return { sent: this.#sent, failed: this.#failed };
  }

  #send(): void {
    const { urls } = this.#options;
    const number = this.#sent++;
    const shot = { url: urls[number % urls.length] ?? '', write: number % WRITES === 0, agent: Math.floor(number / urls.length) % 2 === 0 && this.#agent };
    const done = this.#note(number, shot);
    this.#underWay.add(done);
    void done.finally(() => this.#underWay.delete(done));
  }

  async #note(number: number, shot: Shot): Promise<void> {
    const problem = await this.#shoot(shot);
    if (problem !== undefined) this.#failed.push(`${shot.write ? 'POST' : 'GET'} ${number} ${shot.agent ? 'kept' : 'new'} connection, ${shot.url}: ${problem}`);
  }

  /** Resolves to what went wrong. */
  #shoot({ url, write, agent }: Shot): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const headers = write ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    const sent = request(url, { method: write ? 'POST' : 'GET', agent, headers, timeout: this.#options.timeout }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === (write ? 303 : 200) ? undefined : `status ${response.statusCode}`));
      response.on('error', (error) => resolve(error.message));
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', (error) => resolve(error.message));
    sent.end(write ? 'name=load&text=steady' : undefined);
    return promise;
  }
}
