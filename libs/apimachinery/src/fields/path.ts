/**
 * The path of a field, `spec.containers[0].name`. A path is a chain of small objects; its text is made only when an error
 * needs it, so a valid object costs an allocation a level and no string.
 */
export class FieldPath {
  private constructor(
    private readonly parent: FieldPath | undefined,
    private readonly step: string | number,
    private readonly kind: 'child' | 'index' | 'key',
  ) {}

  static root(name: string): FieldPath {
    return new FieldPath(undefined, name, 'child');
  }

  child(name: string): FieldPath {
    return new FieldPath(this, name, 'child');
  }

  /** An item of a list: `[0]`. */
  index(index: number): FieldPath {
    return new FieldPath(this, index, 'index');
  }

  /** An entry of a map: `[key]`. */
  key(key: string): FieldPath {
    return new FieldPath(this, key, 'key');
  }

  toString(): string {
    const step = this.kind === 'child' ? String(this.step) : `[${String(this.step)}]`;
    if (this.parent === undefined) return step;
    return this.kind === 'child' ? `${this.parent.toString()}.${step}` : this.parent.toString() + step;
  }
}

/** The path that begins at a top-level field: `path('spec').child('containers').index(0)`. */
export function path(name: string): FieldPath {
  return FieldPath.root(name);
}
