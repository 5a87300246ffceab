import { checkTypes, decodeProtobuf, JsonSyntaxError, newBadRequest, newInvalid, newUnsupportedMediaType, notSupported, parseJson, ProtobufError } from '@gantry/apimachinery';
import { bodyText, mediaType } from '../http/decode-body.js';
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
}

interface RawOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: string[];
}

const KIND = { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' };
const POLICIES: readonly string[] = ['Foreground', 'Background', 'Orphan'];

/** Throws a `StatusError`: 400 for a body that is none, 422 for options that have no meaning. */
export function deleteOptions(request: ResourceRequest): DeleteOptions {
  const { context } = request;
  const raw = context.body === undefined || context.body.length === 0 ? fromQuery(context) : fromBody(context);
  const policy = propagationPolicy(raw);
  if (raw.gracePeriodSeconds !== undefined && raw.gracePeriodSeconds < 0) raw.gracePeriodSeconds = 1;
  return { gracePeriodSeconds: raw.gracePeriodSeconds, propagationPolicy: policy, preconditions: raw.preconditions, dryRun: isDryRun(request, KIND.kind, raw.dryRun) };
}

function fromQuery({ query, rawQuery }: RequestContext): RawOptions {
  const raw: RawOptions = {};
  if (rawQuery === '') return raw;
  const grace = query.get('gracePeriodSeconds');
  if (grace) raw.gracePeriodSeconds = integer(grace);
  const policy = query.get('propagationPolicy');
  if (policy) raw.propagationPolicy = policy;
  const orphan = query.get('orphanDependents');
  if (orphan) raw.orphanDependents = orphan === 'true';
  return raw;
}

function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function fromBody(context: RequestContext): RawOptions {
  const type = mediaType(context);
  if (type === 'application/vnd.kubernetes.protobuf') return fromProtobuf(context.body!);
  if (type !== 'application/json') throw newUnsupportedMediaType(['application/json', 'application/vnd.kubernetes.protobuf']);
  const options = parsedOptions(bodyText(context));
  if (options['kind'] && options['kind'] !== KIND.kind) throw newBadRequest(`${String(options['kind'])} cannot be handled as a ${KIND.kind}`);
  const wrongType = checkTypes(KIND, options);
  if (wrongType !== undefined) throw newBadRequest(`${KIND.kind} in version "v1" cannot be handled as a ${KIND.kind}: ${wrongType}`);
  return options;
}

function fromProtobuf(body: Uint8Array): RawOptions {
  try {
    return decodeProtobuf(body, KIND) as RawOptions;
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw newBadRequest(`${KIND.kind} in version "v1" cannot be handled as a ${KIND.kind}: ${error.message}`);
  }
}

function parsedOptions(text: string): RawOptions & Record<string, unknown> {
  try {
    const value = parseJson(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as RawOptions & Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw newBadRequest(`couldn't get version/kind; json parse error: ${error.message}`);
  }
  throw newBadRequest(`the body is no ${KIND.kind}`);
}

function propagationPolicy({ propagationPolicy: policy, orphanDependents }: RawOptions): PropagationPolicy | undefined {
  if (policy === undefined) return orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background';
  if (orphanDependents !== undefined) {
    throw newInvalid(KIND, '', [{ type: 'FieldValueInvalid', field: 'propagationPolicy', message: `Invalid value: ${JSON.stringify(policy)}: orphanDependents and deletionPropagation cannot be both set` }]);
  }
  if (!POLICIES.includes(policy)) throw newInvalid(KIND, '', [notSupported('propagationPolicy', policy, [...POLICIES, 'nil'])]);
  return policy as PropagationPolicy;
}
