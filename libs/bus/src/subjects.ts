const PLAIN_TOKEN = /^[A-Za-z0-9_-]+$/;
const EMPTY_TOKEN = '=';
const SUBJECT = /^[^.*>\s]+(?:\.[^.*>\s]+)*$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One token of a subject from any text: bytes outside `[A-Za-z0-9_-]` become `=XX`, the empty text a lone `=`. */
export function encodeToken(text: string): string {
  if (PLAIN_TOKEN.test(text)) return text;
  if (text === '') return EMPTY_TOKEN;
  let token = '';
  for (const byte of encoder.encode(text)) token += encodeByte(byte);
  return token;
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return PLAIN_TOKEN.test(character) ? character : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The inverse of `encodeToken`. Throws a RangeError on what `encodeToken` cannot have written. */
export function decodeToken(token: string): string {
  if (PLAIN_TOKEN.test(token)) return token;
  if (token === EMPTY_TOKEN) return '';
  const bytes: number[] = [];
  for (let index = 0; index < token.length; index += 1) {
    if (token[index] !== '=') {
      bytes.push(plainByte(token, index));
      continue;
    }
    bytes.push(hexByte(token, index + 1));
    index += 2;
  }
  return decoder.decode(Uint8Array.from(bytes));
}

function plainByte(token: string, index: number): number {
  if (!PLAIN_TOKEN.test(token[index] ?? '')) throw new RangeError(`not a subject token: ${JSON.stringify(token)}`);
  return token.charCodeAt(index);
}

function hexByte(token: string, index: number): number {
  const digits = token.slice(index, index + 2);
  if (!/^[0-9A-F]{2}$/.test(digits)) throw new RangeError(`not a subject token: ${JSON.stringify(token)}`);
  return Number.parseInt(digits, 16);
}

/** An object as a watch subject addresses it: `group` '' is the core group, `namespace` '' a cluster-scoped object. */
export interface WatchAddress {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** Both Event APIs are one stored resource, so they share their subjects. */
function subjectGroup(group: string, resource: string): string {
  if (group === '' || (group === 'events.k8s.io' && resource === 'events')) return 'core';
  return encodeToken(group);
}

/** `watch.<group>.<resource>.<namespace>.<name>`. `core` and `_` may also be given as they stand in storage keys. */
export function watchSubject({ group, resource, namespace, name }: WatchAddress): string {
  const space = namespace === '' ? '_' : encodeToken(namespace);
  return `watch.${subjectGroup(group, resource)}.${encodeToken(resource)}.${space}.${encodeToken(name)}`;
}

/** The pattern that matches every object of a resource. */
export function watchPattern({ group, resource }: Pick<WatchAddress, 'group' | 'resource'>): string {
  return `watch.${subjectGroup(group, resource)}.${encodeToken(resource)}.>`;
}

/** The address behind a watch subject, `core` and `_` read back as ''; undefined for any other subject. */
export function parseWatchSubject(subject: string): WatchAddress | undefined {
  const tokens = subject.split('.');
  const [root, group, resource, namespace, name] = tokens;
  if (tokens.length !== 5 || root !== 'watch') return undefined;
  if (!group || !resource || !namespace || !name) return undefined;
  return {
    group: group === 'core' ? '' : decodeToken(group),
    resource: decodeToken(resource),
    namespace: namespace === '_' ? '' : decodeToken(namespace),
    name: decodeToken(name),
  };
}

/** Whether a subject is one that may be published to: non-empty tokens, no wildcard. */
export function isSubject(subject: string): boolean {
  return SUBJECT.test(subject);
}

/** Whether a text is a pattern: non-empty tokens, `>` only as the last. */
export function isPattern(pattern: string): boolean {
  const tokens = pattern.split('.');
  return tokens.every((token, index) => token !== '' && (token !== '>' || index === tokens.length - 1));
}

/** Compiles a pattern to a test: `*` is one token, a last `>` one or more. */
export function subjectMatcher(pattern: string): (subject: string) => boolean {
  if (!pattern.includes('*') && !pattern.endsWith('>')) return (subject) => subject === pattern;
  if (pattern === '>') return () => true;
  if (pattern.endsWith('.>') && !pattern.includes('*')) {
    const prefix = pattern.slice(0, -1);
    return (subject) => subject.length > prefix.length && subject.startsWith(prefix);
  }
  const tokens = pattern.split('.');
  return (subject) => matchTokens(tokens, subject.split('.'));
}

function matchTokens(pattern: readonly string[], subject: readonly string[]): boolean {
  for (let index = 0; index < pattern.length; index += 1) {
    if (pattern[index] === '>') return subject.length > index;
    if (index >= subject.length) return false;
    if (pattern[index] !== '*' && pattern[index] !== subject[index]) return false;
  }
  return pattern.length === subject.length;
}

export function matchSubject(pattern: string, subject: string): boolean {
  return subjectMatcher(pattern)(subject);
}

/** Whether everything that `inner` can match is matched by `outer`: what an allow list of patterns decides by. */
export function patternCovers(outer: string, inner: string): boolean {
  const outerTokens = outer.split('.');
  const innerTokens = inner.split('.');
  for (let index = 0; index < outerTokens.length; index += 1) {
    if (outerTokens[index] === '>') return innerTokens.length > index;
    if (index >= innerTokens.length || innerTokens[index] === '>') return false;
    if (outerTokens[index] !== '*' && outerTokens[index] !== innerTokens[index]) return false;
  }
  return outerTokens.length === innerTokens.length;
}
