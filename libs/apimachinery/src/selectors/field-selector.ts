import { newBadRequest } from '../errors/constructors.js';

/** One condition on one field. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Reads a field as its text, '' where there is none. */
export type FieldReader<T> = (object: T) => string;

/** Conditions on fields, all of which an object must meet. */
export class FieldSelector {
  constructor(readonly requirements: readonly FieldRequirement[]) {}

  get empty(): boolean {
    return this.requirements.length === 0;
  }

  /** The one value that the selector wants of this field, where there is one. */
  exactValue(field: string): string | undefined {
    return this.requirements.find((requirement) => requirement.field === field && requirement.operator === '=')?.value;
  }

  /**
   * The predicate over objects, its readers looked up once.
   * @throws StatusError 400 on a field that no reader is given for: `unsupported` says it
   */
  compile<T>(readers: Readonly<Record<string, FieldReader<T>>>, unsupported = (field: string): string => `field label not supported: ${field}`): (object: T) => boolean {
    const tests = this.requirements.map((requirement) => compileOne(requirement, readers, unsupported));
    return (object) => {
      for (const test of tests) if (!test(object)) return false;
      return true;
    };
  }

  /** The string form, as `fieldSelector=` takes it. */
  toString(): string {
    return this.requirements.map(({ field, operator, value }) => field + operator + escapeValue(value)).join(',');
  }
}

function compileOne<T>({ field, operator, value }: FieldRequirement, readers: Readonly<Record<string, FieldReader<T>>>, unsupported: (field: string) => string): (object: T) => boolean {
  const read = Object.hasOwn(readers, field) ? readers[field] : undefined;
  if (read === undefined) throw newBadRequest(unsupported(field));
  return operator === '=' ? (object) => read(object) === value : (object) => read(object) !== value;
}

/**
 * The selector that a string stands for: `spec.nodeName=n1,status.phase!=Failed`; `\` escapes `,`, `=` and itself in values.
 * @throws StatusError 400
 */
export function parseFieldSelector(text: string): FieldSelector {
  const terms = splitTerms(text).filter((term) => term !== '').sort();
  const requirements = terms.map((term) => parseTerm(term, text));
  // A term of nothing but its operator asks for nothing.
  return new FieldSelector(requirements.filter(({ field, value }) => field !== '' || value !== ''));
}

function splitTerms(text: string): string[] {
  return text.match(/(?:\\[^]|[^\\,]|\\$)+/g) ?? [];
}

function parseTerm(term: string, text: string): FieldRequirement {
  const found = /^(.*?)(!=|==|=)([^]*)$/s.exec(term);
  if (found === null) throw newBadRequest(`invalid selector: '${text}'; can't understand '${term}'`);
  const [, field = '', operator, value = ''] = found;
  return { field, operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value) };
}

function escapeValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

function unescapeValue(value: string): string {
  return value.replace(/\\([^]?)|([,=])/g, (sequence: string, escaped: string | undefined, bare: string | undefined) => {
    if (bare !== undefined) throw newBadRequest(`invalid field selector: unescaped character in value: ${String(bare.charCodeAt(0))}`);
    if (escaped === undefined || !'\\,='.includes(escaped) || escaped === '') throw newBadRequest(`invalid field selector: invalid escape sequence: ${sequence}`);
    return escaped;
  });
}
