/** A word of a label selector in string form. `end` has the text ''. */
export interface Token {
  readonly kind: 'end' | 'word' | 'operator' | ',' | '(' | ')' | '!' | 'unknown';
  readonly text: string;
}

const spaces = /[ \t\r\n]*/y;
const word = /[^ \t\r\n=!(),<>]+/y;
/** Longest first, so that `==` is not read as two. */
const symbol = /==|!=|[=!(),<>]/y;

/** The words of a selector; the last is `end`. `in` and `notin` are operators only where the parser expects one. */
export function scanLabels(text: string): Token[] {
  const tokens: Token[] = [];
  let position = skip(text, 0);
  while (position < text.length) {
    const found = match(word, text, position) ?? match(symbol, text, position) ?? text.charAt(position);
    tokens.push({ kind: kindOf(found), text: found });
    position = skip(text, position + found.length);
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

function skip(text: string, position: number): number {
  return position + (match(spaces, text, position)?.length ?? 0);
}

function match(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0];
}

function kindOf(text: string): Token['kind'] {
  if (text === ',' || text === '(' || text === ')' || text === '!') return text;
  return /^[=!<>]/.test(text) ? 'operator' : 'word';
}
