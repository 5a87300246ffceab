interface Branch<T> {
  readonly children: Map<string, Branch<T>>;
  /** Values whose pattern ends here. */
  here: T[];
  /** Values whose pattern ends in `>` here. */
  rest: T[];
}

function createBranch<T>(): Branch<T> {
  return { children: new Map(), here: [], rest: [] };
}

/**
 * Values by subject pattern. Patterns without wildcards are one map entry; the others are a trie by token, so that what is
 * subscribed on other subjects costs a publish nothing.
 */
export class SubjectRouter<T> {
  private readonly literal = new Map<string, T[]>();
  private readonly root: Branch<T> = createBranch();

  /** Adds a value; the returned function removes it. */
  add(pattern: string, value: T): () => void {
    const tokens = pattern.split('.');
    if (tokens.includes('*') || tokens.at(-1) === '>') return this.addWildcard(tokens, value);
    const values = this.literal.get(pattern);
    if (values === undefined) this.literal.set(pattern, [value]);
    else values.push(value);
    return () => this.removeLiteral(pattern, value);
  }

  /** All values whose pattern matches, in a new array. */
  match(subject: string): T[] {
    const literal = this.literal.get(subject);
    const found = literal === undefined ? [] : literal.slice();
    if (this.root.children.size > 0 || this.root.rest.length > 0) collect(this.root, subject, 0, found);
    return found;
  }

  private removeLiteral(pattern: string, value: T): void {
    const values = this.literal.get(pattern);
    if (values === undefined) return;
    removeValue(values, value);
    if (values.length === 0) this.literal.delete(pattern);
  }

  private addWildcard(tokens: readonly string[], value: T): () => void {
    const rest = tokens.at(-1) === '>';
    let branch = this.root;
    for (const token of rest ? tokens.slice(0, -1) : tokens) branch = childOf(branch, token);
    (rest ? branch.rest : branch.here).push(value);
    return () => removeWildcard(this.root, tokens, 0, value);
  }
}

function childOf<T>(branch: Branch<T>, token: string): Branch<T> {
  let child = branch.children.get(token);
  if (child === undefined) {
    child = createBranch();
    branch.children.set(token, child);
  }
  return child;
}

/** Walks the subject from `start`, the beginning of a token. */
function collect<T>(branch: Branch<T>, subject: string, start: number, found: T[]): void {
  for (const value of branch.rest) found.push(value);
  if (branch.children.size === 0) return;
  const dot = subject.indexOf('.', start);
  const token = dot < 0 ? subject.slice(start) : subject.slice(start, dot);
  descend(branch.children.get(token), subject, dot, found);
  descend(branch.children.get('*'), subject, dot, found);
}

function descend<T>(child: Branch<T> | undefined, subject: string, dot: number, found: T[]): void {
  if (child === undefined) return;
  if (dot >= 0) collect(child, subject, dot + 1, found);
  else for (const value of child.here) found.push(value);
}

function removeWildcard<T>(branch: Branch<T>, tokens: readonly string[], depth: number, value: T): void {
  const token = tokens[depth];
  if (token === undefined) return removeValue(branch.here, value);
  if (token === '>' && depth === tokens.length - 1) return removeValue(branch.rest, value);
  const child = branch.children.get(token);
  if (child === undefined) return;
  removeWildcard(child, tokens, depth + 1, value);
  if (child.children.size === 0 && child.here.length === 0 && child.rest.length === 0) branch.children.delete(token);
}

function removeValue<T>(values: T[], value: T): void {
  const index = values.indexOf(value);
  if (index >= 0) values.splice(index, 1);
}
