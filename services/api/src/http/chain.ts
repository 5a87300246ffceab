import { failure, newInternalError, newMethodNotAllowed, newUnauthorized, parseFieldSelector, StatusError } from '@gantry/apimachinery';
import type { FieldSelector } from '@gantry/apimachinery';
import type { Logger } from '@gantry/async';
import type { ApiMetrics } from '../metrics/api-metrics.js';
import type { RegistryEnvironment } from '../registry/environment.js';
import type { RequestBase, VerbLimits } from '../verbs/verb.js';
import type { AccessLog } from './access-log.js';
import { statusAnswer } from './answer.js';
import type { Answer } from './answer.js';
import type { PathAttributes, ResourceAttributes } from './authz/attributes.js';
import type { Authorizer } from './authz/authorizer.js';
import { forbiddenPath, forbiddenResource } from './authz/authorizer.js';
import type { Identity } from './authz/identity.js';
import { impersonated, wantsImpersonation } from './authz/impersonation.js';
import { isVital } from './authz/vital-requests.js';
import { LoadLimit, tooManyRequests } from './load-limit.js';
import type { LoadLimits } from './load-limit.js';
import { isLongRunning } from './long-running.js';
import { nothingHere } from './nothing-here.js';
import type { PathEndpoints } from './path-endpoints.js';
import { parseResourcePath, permissionNamespace } from './path.js';
import type { ResourcePath } from './path.js';
import { prettyAnswer } from './pretty.js';
import type { RequestContext } from './request-context.js';
import { checkTimeout } from './request-timeout.js';
import { verbFor } from './routes.js';
import type { Route, Routes } from './routes.js';
import { warningHeader } from './warning-header.js';
import { translateYamlBody } from './yaml-body.js';

/** The verbs that go by a field selector. */
const SELECTING: ReadonlySet<string> = new Set(['list', 'watch']);

/** A request for a resource of which it is known who asks and what for. */
interface KnownRequest {
  readonly context: RequestContext;
  readonly identity: Identity;
  readonly path: ResourcePath;
  readonly route: Route | undefined;
  /** Undefined: the method is no verb there. */
  readonly verb: string | undefined;
  readonly attributes: ResourceAttributes;
}

export interface ChainOptions {
  readonly env: RegistryEnvironment;
  readonly limits: VerbLimits & LoadLimits;
  readonly authorizer: Authorizer;
  readonly routes: Routes;
  readonly endpoints: PathEndpoints;
  /** False until the caches have been filled for the first time. */
  readonly isReady: () => boolean;
  readonly logger: Logger;
  /** Absent: nothing is counted. */
  readonly metrics?: ApiMetrics | undefined;
  /** Absent: what was answered well is not written down. */
  readonly accessLog?: AccessLog | undefined;
}

/** What every request passes, whichever way it came: who, what, may it, do it; and every failure as a Status. */
export class RequestChain {
  readonly #load: LoadLimit;

  constructor(private readonly options: ChainOptions) {
    this.#load = new LoadLimit(options.limits, isVital);
  }

  async handle(context: RequestContext): Promise<Answer> {
    const requests = this.options.metrics?.requests;
    const started = performance.now();
    requests?.began(context.method);
    let answer: Answer;
    try {
      answer = prettyAnswer(context, await this.#answer(context));
    } catch (error) {
      answer = prettyAnswer(context, statusAnswer(this.#translated(error, context), context.header('accept')));
    }
    answer.headers['audit-id'] = context.auditId;
    answer.headers['cache-control'] ??= 'no-cache, private';
    if (context.warnings.length > 0) answer.headers['warning'] = warningHeader(context.warnings);
    requests?.answered(context, answer, started);
    this.options.accessLog?.(context, answer, started);
    return answer;
  }

  #answer(context: RequestContext): Promise<Answer> | Answer {
    checkTimeout(context);
    const path = parsedPath(context.path);
    const identity = this.#identityOf(context);
    return path === undefined ? this.#answerPath(context, identity) : this.#answerResource(context, identity, path);
  }

  /** Who asks, or whom the request is taken for. */
  #identityOf(context: RequestContext): Identity | undefined {
    const { identity } = context;
    if (identity === undefined || !wantsImpersonation(context)) return identity;
    if (!this.options.isReady()) throw starting();
    return impersonated(context, identity, this.options.authorizer);
  }

  #answerPath(context: RequestContext, identity: Identity | undefined): Promise<Answer> | Answer {
    const attributes = { verb: context.method.toLowerCase(), path: context.path };
    context.series = this.options.metrics?.requests.seriesOfPath(context.method, this.options.endpoints.keyOf(context.path));
    if (!this.options.authorizer.isPathPermitted(identity, attributes)) throw this.#pathRefusal(identity, attributes);
    return this.options.endpoints.answer(context);
  }

  #pathRefusal(identity: Identity | undefined, attributes: PathAttributes): Error {
    if (identity === undefined) return newUnauthorized('Unauthorized');
    return this.options.isReady() ? forbiddenPath(identity, attributes) : starting();
  }

  async #answerResource(context: RequestContext, identity: Identity | undefined, path: ResourcePath): Promise<Answer> {
    if (identity === undefined) throw newUnauthorized('Unauthorized');
    if (!this.options.isReady()) throw starting();
    const verb = verbFor(context.method, path, context.rawQuery !== '' && context.flag('watch'));
    const attributes = attributesOf(context, path, path.isWatch ? 'watch' : (verb ?? context.method.toLowerCase()));
    const route = this.options.routes.find(path);
    if (route !== undefined) context.series = this.options.metrics?.requests.seriesOf(route, path, route.isConnection ? 'connect' : attributes.verb, context.rawQuery !== '' && context.query.has('dryRun'));
    if (isLongRunning(attributes.verb, path.subresource)) return this.#answerRoute({ context, identity, path, route, verb, attributes });
    const leave = this.#load.enter(identity, attributes);
    if (leave === undefined) {
      context.series?.terminated(429);
      return tooManyRequests();
    }
    try {
      return await this.#answerRoute({ context, identity, path, route, verb, attributes });
    } finally {
      leave();
    }
  }

  async #answerRoute({ context, identity, path, route, verb, attributes }: KnownRequest): Promise<Answer> {
    const refusal = this.#refusal(identity, attributes, route, path);
    if (refusal !== undefined) throw forbiddenResource(identity, attributes, refusal);
    if (route === undefined || (path.rest !== '' && route.behind === undefined) || isMisplaced(route, path)) throw nothingHere();
    if (isOfAllNamespaces(route, path) && context.method !== 'GET') throw newMethodNotAllowed();
    const handler = verb === undefined ? undefined : route.verbs[verb];
    if (handler === undefined || (verb === 'create' && path.name !== '' && path.subresource === '')) throw newMethodNotAllowed();
    if (route.warning !== undefined) this.#warn(context, route.warning, path);
    await translateYamlBody(context);
    return handler(this.#request(context, identity, path, attributes));
  }

  #warn(context: RequestContext, warning: string, path: ResourcePath): void {
    context.warn(warning);
    this.options.metrics?.requests.deprecated(path);
  }

  /** Why not; a path behind a subresource may be permitted by itself. */
  #refusal(identity: Identity, attributes: ResourceAttributes, route: Route | undefined, { rest }: ResourcePath): string | undefined {
    const { authorizer, metrics } = this.options;
    let refusal = authorizer.refusal(identity, attributes);
    const subresource = refusal === undefined ? undefined : route?.behind?.permittedAs(rest);
    if (subresource !== undefined && authorizer.refusal(identity, { ...attributes, subresource }) === undefined) refusal = undefined;
    metrics?.access.authorized(refusal === undefined);
    return refusal;
  }

  #request(context: RequestContext, identity: Identity, { namespace, name, subresource, rest }: ResourcePath, attributes: ResourceAttributes): RequestBase {
    const { env, limits, authorizer } = this.options;
    const requirePermission = (verb: string): void => {
      const refusal = authorizer.refusal(identity, { ...attributes, verb });
      if (refusal !== undefined) throw forbiddenResource(identity, { ...attributes, verb }, refusal);
    };
    return { env, limits, context, identity, namespace, name, subresource, rest, requirePermission };
  }

  #translated(error: unknown, context: RequestContext): StatusError {
    if (error instanceof StatusError) return error;
    this.options.logger.error({ method: context.method, path: context.path, auditId: context.auditId, error: error instanceof Error ? error.stack : String(error) }, 'A request failed inside');
    return newInternalError(error);
  }
}

/** Who may do what is not known before the caches are filled. */
function starting(): Error {
  return failure(503, 'ServiceUnavailable', 'the server is starting', { retryAfterSeconds: 1 });
}

function parsedPath(path: string): ResourcePath | undefined {
  try {
    return parseResourcePath(path);
  } catch {
    throw failure(400, 'BadRequest', `the path ${JSON.stringify(path)} is not percent-encoded`);
  }
}

/** A list or watch of one name is a request for that name; what a create would say of fields is not read by it, and permits nothing. */
function attributesOf(context: RequestContext, path: ResourcePath, verb: string): ResourceAttributes {
  const { group, resource, subresource, name } = path;
  const fields = SELECTING.has(verb) && context.rawQuery !== '' ? selectedFields(context) : undefined;
  return { verb, group, resource, subresource, namespace: permissionNamespace(path), name: fields?.exactValue('metadata.name') ?? name, fields };
}

/** Read as the list or watch itself will read it: what is permitted must be what is answered. */
function selectedFields({ query }: RequestContext): FieldSelector | undefined {
  const selector = query.get('fieldSelector');
  if (!selector) return undefined;
  try {
    return parseFieldSelector(selector);
  } catch {
    return undefined;
  }
}

/** A cluster-scoped resource inside a namespace, or an object of a namespaced one outside of any. */
function isMisplaced(route: Route, path: ResourcePath): boolean {
  if (!route.namespaced) return path.namespace !== '';
  return isOfAllNamespaces(route, path) && (path.name !== '' || route.verbs.list === undefined);
}

/** What is in namespaces can be read without one, and not written. */
function isOfAllNamespaces({ namespaced }: Route, { namespace }: ResourcePath): boolean {
  return namespaced && namespace === '';
}
