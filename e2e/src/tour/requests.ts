import type { AccessLine } from '../kit/access-log.js';
import { compareMinor, uriOf, type ExpectedRequest } from './parse-tour.js';

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const OPENAPI = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** Clients that know the types speak protobuf from here on, bodies included, and do not fall back. */
const PROTOBUF_SINCE = '1.32';
const NOT_MODIFIED = 304;

const PATCHES: Readonly<Record<string, string>> = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  jsonpatch: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

interface Form {
  readonly accept: RegExp;
  readonly sends: string | undefined;
  readonly answer: RegExp;
}

const exactly = (text: string): RegExp => new RegExp(`^${text.replaceAll(/[.*+;]/g, String.raw`\$&`)}$`);
const ANY_JSON = exactly(`${JSON_TYPE}, */*`);

/** What each kind of client says that it takes and sends, and must get. */
function formOf(name: string, version: string): Form {
  const speaksProtobuf = compareMinor(version, PROTOBUF_SINCE) >= 0;
  const forms: Readonly<Record<string, Form>> = {
    typed: speaksProtobuf ? { accept: exactly(`${PROTOBUF},${JSON_TYPE}`), sends: PROTOBUF, answer: exactly(PROTOBUF) } : { accept: ANY_JSON, sends: JSON_TYPE, answer: exactly(JSON_TYPE) },
    json: { accept: exactly(JSON_TYPE), sends: JSON_TYPE, answer: exactly(JSON_TYPE) },
    table: { accept: /^application\/json;as=Table;v=v1;g=meta\.k8s\.io,/, sends: JSON_TYPE, answer: exactly(JSON_TYPE) },
    raw: { accept: ANY_JSON, sends: JSON_TYPE, answer: exactly(JSON_TYPE) },
    bare: { accept: ANY_JSON, sends: undefined, answer: exactly(JSON_TYPE) },
    openapi: { accept: exactly(OPENAPI), sends: JSON_TYPE, answer: exactly(OPENAPI.replace('@', '.')) },
    discovery: { accept: /^application\/json;g=apidiscovery\.k8s\.io;v=v2(beta1)?;as=APIGroupDiscoveryList,/, sends: JSON_TYPE, answer: /^application\/json;g=apidiscovery\.k8s\.io;v=v2(beta1)?;as=APIGroupDiscoveryList$/ },
  };
  const form = forms[name];
  if (form === undefined) throw new Error(`a tour knows no form "${name}"`);
  return form;
}

/** The requests of the tour that the log does not have, each with the nearest that it has. */
export function missingRequests(expected: readonly ExpectedRequest[], log: readonly AccessLine[], version: string): string[] {
  return expected
    .filter((request) => !log.some((line) => fits(request, line, version)))
    .map((request) => `${request.method} ${request.path}?${[...request.query].map((pair) => pair.join('=')).join('&')} ${request.forms.join(' ')} ${request.statuses.join('|')} is not among\n${log.map(shown).join('\n')}`);
}

/** What no request of a kubectl may be: over another protocol than HTTP/2, failed inside, or answered in a form that was not asked for. */
export function strangeRequests(log: readonly AccessLine[]): string[] {
  return log.filter((line) => (line.upgrade === undefined && line.protocol !== 'HTTP/2.0') || line.status >= 500 || !isAccepted(line)).map(shown);
}

function fits({ method, path, query, forms, statuses }: ExpectedRequest, line: AccessLine, version: string): boolean {
  const asked = uriOf(line.uri);
  if (line.method !== method || asked.path !== path || !statuses.includes(line.status) || asked.query.size !== query.size) return false;
  if (![...query].every(([name, value]) => (value === '*' ? asked.query.has(name) : asked.query.get(name) === value))) return false;
  const [client = '', patch] = forms;
  const { accept, sends, answer } = formOf(client, version);
  const sent = method === 'GET' ? undefined : patch === undefined ? sends : PATCHES[patch];
  const isSent = method === 'DELETE' || line.contentType === sent;
  return isSent && accept.test(line.accept ?? '') && (line.status === NOT_MODIFIED || answer.test(line.answerType ?? ''));
}

function isAccepted({ accept = '', answerType = '', status }: AccessLine): boolean {
  return status === NOT_MODIFIED || accept.includes('*/*') || accept.split(',').some((one) => one.split(';', 1)[0]!.replace('@', '.') === answerType.split(';', 1)[0]);
}

function shown({ method, uri, protocol, accept, contentType, status, answerType }: AccessLine): string {
  return `  ${method} ${uri} ${protocol} | Accept: ${accept ?? ''} | Content-Type: ${contentType ?? ''} | ${status} ${answerType ?? ''}`;
}
