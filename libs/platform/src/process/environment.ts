import { readFileSync } from 'node:fs';

/** What a process cannot start with, all of it at once: one line a setting. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly problems: readonly string[]) {
    super(`the configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/**
 * Reads a process's settings from its environment, collects what is wrong with them and says it once, in `check`. Until then a
 * wrong setting reads as its default or as the empty text.
 */
export class Environment {
  private readonly problems: string[] = [];

  constructor(private readonly variables: Readonly<Record<string, string | undefined>>) {}

  /** A text that must be there. */
  required(name: string): string {
    const value = this.optional(name);
    if (value === undefined) this.problems.push(`${name} is not set`);
    return value ?? '';
  }

  /** Undefined where it is not set or empty. */
  optional(name: string): string | undefined {
    const value = this.variables[name];
    return value === '' ? undefined : value;
  }

  integer(name: string, fallback: number, { from, to }: { readonly from: number; readonly to: number }): number {
    const text = this.optional(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    this.problems.push(`${name} is "${text}": it must be a whole number from ${from} to ${to}`);
    return fallback;
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.optional(name);
    if (text === undefined) return fallback;
    const found = choices.find((choice) => choice === text);
    if (found === undefined) this.problems.push(`${name} is "${text}": it must be one of ${choices.join(', ')}`);
    return found ?? fallback;
  }

  /** What a text says, as `parse` reads it; what `parse` throws is said as a problem. */
  parsed<T>(name: string, parse: (text: string) => T, fallback: T): T {
    const text = this.optional(name);
    if (text === undefined) return fallback;
    try {
      return parse(text);
    } catch (error) {
      this.problems.push(`${name} is "${text}": ${(error as Error).message}`);
      return fallback;
    }
  }

  /** Texts separated by commas; at least one. */
  list(name: string): readonly string[] {
    const value = this.required(name);
    const texts = value.split(',').map((text) => text.trim()).filter((text) => text !== '');
    if (value !== '' && texts.length === 0) this.problems.push(`${name} names nothing`);
    return texts;
  }

  /** The contents of the file that a variable names: keys and certificates are never in the environment itself. */
  file(name: string): string {
    const path = this.required(name);
    return path === '' ? '' : (this.read(name, path) ?? '');
  }

  optionalFile(name: string): string | undefined {
    const path = this.optional(name);
    return path === undefined ? undefined : this.read(name, path);
  }

  /** What a file that must be there holds, as `parse` reads it; where it reads nothing, `problem` says what is wrong: `holds no key`. */
  parsedFile<T>(name: string, parse: (text: string) => T | undefined, problem: string): T | undefined {
    const before = this.problems.length;
    const value = parse(this.file(name));
    if (value === undefined && this.problems.length === before) this.problems.push(`${name} ${problem}`);
    return value;
  }

  /** Says what is wrong with a setting that was read: `problem` goes on from its name. */
  refuse(name: string, problem: string): void {
    this.problems.push(`${name} ${problem}`);
  }

  /** Throws a ConfigurationError that names every problem met so far. */
  check(): void {
    if (this.problems.length > 0) throw new ConfigurationError(this.problems);
  }

  private read(name: string, path: string): string | undefined {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      this.problems.push(`${name} names ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
      return undefined;
    }
  }
}
