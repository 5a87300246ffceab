import { checkTypes, decodeProtobuf, definitionNameOf, JsonSyntaxError, newBadRequest, newInvalid, newUnsupportedMediaType, notSupported, parseGroupVersionKind, parseJson, ProtobufError } from '@gantry/apimachinery';
import { bodyText, kindProblem, mediaType } from '../http/decode-body.js';
import type { RequestContext } from '../http/request-context.js';
import type { PropagationPolicy } from '../registry/deletion-plan.js';
import type { ResourceRequest } from './verb.js';
import { isDryRun } from './write-options.js';

/** `DeleteOptions`, from the body where there is one, else from the query. */
export interface DeleteOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: PropagationPolicy | undefined;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
  readonly dryRun: boolean;
  /** Asked for in the old way: what still goes is answered by 202. */
  readonly isAcceptedLater: boolean;
}

interface RawOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: string[];
}

const KIND = { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' };
const READABLE = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
/** Kinds that every version has beside options. */
const META_KINDS: ReadonlySet<string> = new Set(['Status', 'WatchEvent']);
const POLICIES: readonly string[] = ['Foreground', 'Background', 'Orphan'];

/** Throws a `StatusError`: 400 for a body that is none, 422 for options that have no meaning. */
export function deleteOptions(request: ResourceRequest): DeleteOptions {
  const { context } = request;
  const raw = context.body === undefined || context.body.length === 0 ? fromQuery(context) : fromBody(context);
  const policy = propagationPolicy(raw);
  if (raw.gracePeriodSeconds !== undefined && raw.gracePeriodSeconds < 0) raw.gracePeriodSeconds = 1;
  return { gracePeriodSeconds: raw.gracePeriodSeconds, propagationPolicy: policy, preconditions: raw.preconditions, dryRun: isDryRun(request, KIND.kind, raw.dryRun), isAcceptedLater: raw.orphanDependents === false };
}

function fromQuery(context: RequestContext): RawOptions {
  const raw: RawOptions = {};
  const { query, rawQuery } = context;
  if (rawQuery === '') return raw;
  const grace = query.get('gracePeriodSeconds');
  if (grace !== null) raw.gracePeriodSeconds = integer(grace);
  const policy = query.get('propagationPolicy');
  if (policy) raw.propagationPolicy = policy;
  if (query.has('orphanDependents')) raw.orphanDependents = context.flag('orphanDependents');
  return raw;
}

function integer(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (BigInt.asIntN(64, BigInt(text.replace('+', ''))) !== BigInt(text.replace('+', ''))) throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  return Number(text);
}

function fromBody(context: RequestContext): RawOptions {
  const type = mediaType(context);
  if (type === 'application/vnd.kubernetes.protobuf') return fromProtobuf(context.body!);
  if (type !== 'application/json') throw newUnsupportedMediaType(READABLE);
  const options = parsedOptions(bodyText(context));
  checkKind(options.apiVersion || `${KIND.group}/${KIND.version}`, options.kind || KIND.kind);
  const wrongType = checkTypes(KIND, options);
  if (wrongType !== undefined) throw newBadRequest(wrongType);
  return options;
}

/** Options of any group and version are taken, as old clients send them. */
function checkKind(apiVersion: string, kind: string): void {
  if (kind === KIND.kind) return;
  const own = parseGroupVersionKind(apiVersion, kind);
  if (META_KINDS.has(kind) || (own.group === KIND.group && definitionNameOf(own) !== undefined)) throw newBadRequest(`converting (v1.${kind}) to (v1.DeleteOptions): unknown conversion`);
  throw newBadRequest(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`);
}

function fromProtobuf(body: Uint8Array): RawOptions {
  try {
    const { apiVersion, kind, ...options } = decodeProtobuf(body, KIND);
    checkKind(apiVersion, kind);
    return options as RawOptions;
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw newBadRequest(error.message);
  }
}

function parsedOptions(text: string): RawOptions & { kind?: string; apiVersion?: string } {
  let value: unknown;
  try {
    value = parseJson(text) ?? {};
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw newBadRequest(`couldn't get version/kind; json parse error: ${error.message}`);
  }
  const problem = kindProblem(value);
  if (problem !== undefined) throw newBadRequest(problem);
  return value as RawOptions & { kind?: string; apiVersion?: string };
}

function propagationPolicy({ propagationPolicy: policy, orphanDependents }: RawOptions): PropagationPolicy | undefined {
  if (policy === undefined) return orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background';
  if (orphanDependents !== undefined) {
    throw newInvalid(KIND, '', [{ type: 'FieldValueInvalid', field: 'propagationPolicy', message: `Invalid value: ${JSON.stringify(policy)}: orphanDependents and deletionPropagation cannot be both set` }]);
  }
  if (!POLICIES.includes(policy)) throw newInvalid(KIND, '', [notSupported('propagationPolicy', policy, [...POLICIES, 'nil'])]);
  return policy as PropagationPolicy;
}
