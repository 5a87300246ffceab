import { newMethodNotAllowed } from '@gantry/apimachinery';
import type { Answer } from './answer.js';
import { nothingHere } from './nothing-here.js';
import type { RequestContext } from './request-context.js';

export type PathEndpoint = (context: RequestContext) => Promise<Answer> | Answer;

/** What is served under paths that are no resources: by the exact path, or by everything under one (a key that ends in `/*`). */
export class PathEndpoints {
  readonly #exact = new Map<string, PathEndpoint>();
  readonly #under: (readonly [prefix: string, endpoint: PathEndpoint])[] = [];

  constructor(endpoints: Readonly<Record<string, PathEndpoint>>) {
    for (const [path, endpoint] of Object.entries(endpoints)) {
      if (path.endsWith('/*')) this.#under.push([path.slice(0, -1), endpoint]);
      else this.#exact.set(path, endpoint);
    }
  }

  /** The path under which something is served, as a key of this table has it; '' for a path that nothing serves. */
  keyOf(requested: string): string {
    const path = plain(requested);
    if (this.#exact.has(path)) return path;
    const under = this.#under.find(([prefix]) => path.startsWith(prefix));
    return under === undefined ? '' : `${under[0]}*`;
  }

  answer(context: RequestContext): Promise<Answer> | Answer {
    const path = plain(context.path);
    const endpoint = this.#exact.get(path) ?? this.#under.find(([prefix]) => path.startsWith(prefix))?.[1];
    if (endpoint === undefined) throw nothingHere();
    if (context.method !== 'GET' && context.method !== 'HEAD') throw newMethodNotAllowed();
    return endpoint(context);
  }
}

function plain(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
