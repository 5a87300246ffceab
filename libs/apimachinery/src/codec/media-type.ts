/** One clause of an Accept header, or a Content-Type: `application/json;as=Table;v=v1;g=meta.k8s.io;q=0.9`. */
export interface MediaType {
  /** In lower case; `*` for any. */
  readonly type: string;
  readonly subtype: string;
  /** Names in lower case, without `q`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Between 0 and 1; 1 when not given. */
  readonly quality: number;
}

/** Longer headers are cut: no client names as many types. */
const LONGEST_HEADER = 8192;

/** The clauses of an Accept header, best first; of equal quality those without wildcards first, else as they came. Malformed clauses are passed over. */
export function parseAccept(header: string): MediaType[] {
  const clauses = splitOutsideQuotes(header.slice(0, LONGEST_HEADER), ',').map(parseMediaType);
  return clauses.filter((clause) => clause !== undefined).sort((a, b) => b.quality - a.quality || wildcards(a) - wildcards(b));
}

function wildcards({ type, subtype }: MediaType): number {
  return Number(type === '*') + Number(subtype === '*');
}

/** A single media type; undefined when it is malformed. */
export function parseMediaType(text: string): MediaType | undefined {
  const [name = '', ...rest] = splitOutsideQuotes(text, ';').map((part) => part.trim());
  const [type = '', subtype = '', more] = name.toLowerCase().split('/');
  const parameters = Object.fromEntries(rest.map(parameter).filter(([key]) => key !== ''));
  const { q, ...others } = parameters;
  if (name === '*') return { type: '*', subtype: '*', parameters: others, quality: qualityOf(q) };
  return type === '' || subtype === '' || more !== undefined ? undefined : { type, subtype, parameters: others, quality: qualityOf(q) };
}

/** Whether a clause, which may have wildcards, covers a type such as `application/json`. */
export function covers(clause: MediaType, name: string): boolean {
  const [type, subtype] = name.split('/');
  return (clause.type === '*' || clause.type === type) && (clause.subtype === '*' || clause.subtype === subtype);
}

function parameter(text: string): [key: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 0) return ['', ''];
  const value = text.slice(equals + 1).trim();
  return [text.slice(0, equals).trim().toLowerCase(), value.startsWith('"') ? value.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1') : value];
}

function qualityOf(q: string | undefined): number {
  const quality = q === undefined ? 1 : Number(q);
  return quality >= 0 && quality <= 1 ? quality : 1;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (character === separator && !quoted) {
      parts.push(part);
      part = '';
    } else {
      part += character;
    }
  }
  return [...parts, part];
}
