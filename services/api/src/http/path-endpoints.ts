import { failure } from '@gantry/apimachinery';
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

  answer(context: RequestContext): Promise<Answer> | Answer {
    const path = context.path.length > 1 && context.path.endsWith('/') ? context.path.slice(0, -1) : context.path;
    const endpoint = this.#exact.get(path) ?? this.#under.find(([prefix]) => path.startsWith(prefix))?.[1];
    if (endpoint === undefined) throw nothingHere();
    if (context.method !== 'GET' && context.method !== 'HEAD') throw failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
    return endpoint(context);
  }
}
