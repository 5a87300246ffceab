import { apiVersionOf, checkTypes, decodeProtobuf, definitionNameOf, dropUnknownFields, fieldProblemMessages, goKind, goQuote, hasDuplicateFields, JsonSyntaxError, newBadRequest, newUnsupportedMediaType, parseGroupVersionKind, parseObject, ProtobufError } from '@gantry/apimachinery';
import type { GroupVersionKind } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { RequestContext } from './request-context.js';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

const JSON_TYPE = 'application/json';
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
/** Bytes of a body that a refusal shows. */
const MOST_SHOWN = 30;
const READABLE = [JSON_TYPE, 'application/yaml', PROTOBUF_TYPE];

/**
 * The object in a request's body, in the form that a typed decoder would give it. Unknown and duplicate fields are refused, warned of or
 * dropped in silence. Throws a `StatusError`: 415 for a form that is not read, 400 for what is not the expected kind.
 */
export function decodeObject(context: RequestContext, expected: GroupVersionKind, validation: FieldValidation): ResourceObject {
  if (mediaType(context) === PROTOBUF_TYPE) {
    const object = checkedKind(fromProtobuf(context, expected), expected);
    dropUnknownFields(expected, object);
    return object;
  }
  if (mediaType(context) !== JSON_TYPE) throw newUnsupportedMediaType(READABLE);
  const text = bodyText(context);
  const value = fromJson(text, expected);
  const hasDuplicates = validation !== 'Ignore' && hasDuplicateFields(text, value);
  const object = checkedKind(value, expected);
  const unknown = normalized(object, expected);
  if (validation === 'Ignore' || (unknown.length === 0 && !hasDuplicates && context.bodyProblem === undefined)) return object;
  const problems = fieldProblemMessages(text, unknown, hasDuplicates);
  report(context, expected, validation, context.bodyProblem === undefined ? problems : [context.bodyProblem, ...problems]);
  return object;
}

/** The type of the body without parameters; JSON when nothing is said. */
export function mediaType(context: RequestContext): string {
  const header = context.header('content-type') ?? '';
  const end = header.indexOf(';');
  const type = (end < 0 ? header : header.slice(0, end)).trim().toLowerCase();
  return type === '' || type === '*/*' ? JSON_TYPE : type;
}

export function bodyText({ body }: RequestContext): string {
  if (body === undefined) return '';
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}

/** Checks types and drops unknown fields, in place; answers the paths of those. Throws 400 for a value of the wrong type. */
function normalized(object: ResourceObject, expected: GroupVersionKind): readonly string[] {
  const wrongType = checkTypes(expected, object);
  if (wrongType !== undefined) throw unhandled(expected, wrongType);
  return dropUnknownFields(expected, object).unknown;
}

function report(context: RequestContext, expected: GroupVersionKind, validation: FieldValidation, problems: readonly string[]): void {
  if (validation === 'Strict') throw unhandled(expected, `strict decoding error: ${problems.join(', ')}`);
  for (const problem of problems) warnOfProblem(context, problem);
}

/** What a reader of YAML says is of several lines behind a first, and each is a warning of its own. */
export function warnOfProblem(context: RequestContext, problem: string): void {
  const [first, ...lines] = problem.split('\n');
  for (const line of lines.length === 0 ? [first!] : lines) context.warn(line.trim());
}

function fromJson(text: string, expected: GroupVersionKind): ResourceObject {
  try {
    const value = parseObject(text) ?? {};
    const problem = kindProblem(value);
    if (problem === undefined) return value as ResourceObject;
    throw unrecognized(expected, problem, text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw unrecognized(expected, `couldn't get version/kind; json parse error: ${error.message}`, text);
  }
}

function fromProtobuf({ body }: RequestContext, expected: GroupVersionKind): ResourceObject {
  try {
    return decodeProtobuf(body ?? new Uint8Array(0), expected) as unknown as ResourceObject;
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw unhandled(expected, error.message);
  }
}

/** The body may leave out its kind and version; what it says must be what the path says. */
function checkedKind(object: ResourceObject, expected: GroupVersionKind): ResourceObject {
  const apiVersion = apiVersionOf(expected);
  object.apiVersion ||= apiVersion;
  object.kind ||= expected.kind;
  if (object.apiVersion !== apiVersion || object.kind !== expected.kind) throw newBadRequest(otherKind(object, expected));
  object.metadata ??= {};
  return object;
}

/** Versions that upstream's decoder still reads, and no path serves. */
const EARLIER = /\/v\d+(?:alpha|beta)\d+$/;

function otherKind({ apiVersion, kind }: TypeMeta, expected: GroupVersionKind): string {
  const wanted = apiVersionOf(expected);
  const given = parseGroupVersionKind(apiVersion, kind);
  if (kind === expected.kind && (definitionNameOf(given) !== undefined || EARLIER.test(apiVersion))) {
    return `the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`;
  }
  return `${kind} in version ${JSON.stringify(given.version)} cannot be handled as a ${expected.kind}: ${otherKindMessage({ apiVersion, kind }, { apiVersion: wanted, kind: expected.kind })}`;
}

/** What is wrong with kind and version of a parsed document, in the words of Go's decoder. */
export function kindProblem(document: unknown): string | undefined {
  const parse = "couldn't get version/kind; json parse error: json: cannot unmarshal";
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return `${parse} ${goKind(document)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
  }
  const { kind, apiVersion } = document as { kind?: unknown; apiVersion?: unknown };
  const wrong = [['apiVersion', apiVersion], ['kind', kind]].find(([, one]) => one !== undefined && one !== null && typeof one !== 'string');
  return wrong && `${parse} ${goKind(wrong[1])} into Go struct field .${String(wrong[0])} of type string`;
}

/** Why an object of one kind is not taken for one of another: as upstream says it, with the name of its package for the group. */
export function otherKindMessage({ apiVersion, kind }: TypeMeta, expected: TypeMeta): string {
  const given = parseGroupVersionKind(apiVersion, kind);
  if (definitionNameOf(given) === undefined) return `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
  const { group } = parseGroupVersionKind(expected.apiVersion, expected.kind);
  return `converting (${given.version}.${kind}) to (${group === '' ? 'core' : group.split('.', 1)[0]!}.${expected.kind}): unknown conversion`;
}

function unhandled({ kind, version }: GroupVersionKind, problem: string): Error {
  return newBadRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${problem}`);
}

function unrecognized({ kind }: GroupVersionKind, problem: string, text: string): Error {
  return newBadRequest(`the object provided is unrecognized (must be of type ${kind}): ${problem} (${summaryOf(Buffer.from(text))})`);
}

/** The beginning of a body, in letters where it looks like JSON. */
function summaryOf(body: Buffer): string {
  if (body.length === 0) return '<empty>';
  const shown = body.subarray(0, MOST_SHOWN).toString(body[0] === 0x7b ? 'utf8' : 'hex');
  return body.length > MOST_SHOWN ? `${shown} ...` : shown;
}
