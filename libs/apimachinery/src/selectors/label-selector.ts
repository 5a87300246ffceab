/** How a requirement relates a label to its values; the spellings of the string form. */
export type SelectorOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** One condition on one label. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  /** Sorted, without repetitions; empty for `exists` and `!`. */
  readonly values: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

type Test = (value: string | undefined) => boolean;

/** A set of conditions, all of which a label map must meet. Compiled once; `matches` allocates nothing. */
export class LabelSelector {
  /** In the order of their keys. */
  readonly requirements: readonly LabelRequirement[];
  private readonly keys: readonly string[];
  private readonly tests: readonly Test[];

  constructor(
    requirements: readonly LabelRequirement[],
    private readonly selectsNothing = false,
  ) {
    this.requirements = requirements.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    this.keys = this.requirements.map(({ key }) => key);
    this.tests = this.requirements.map(compile);
  }

  matches(labels: Labels | undefined): boolean {
    for (let index = 0; index < this.keys.length; index++) {
      const value = labels === undefined ? undefined : ownValue(labels, this.keys[index] as string);
      if (!(this.tests[index] as Test)(value)) return false;
    }
    return !this.selectsNothing;
  }

  /** Whether it selects everything. */
  get empty(): boolean {
    return this.requirements.length === 0 && !this.selectsNothing;
  }

  /** Whether it is the selector of an absent `spec.selector`, which selects nothing. */
  get nothing(): boolean {
    return this.selectsNothing;
  }

  /** The one value that the selector wants of this label, where there is exactly one. */
  exactValue(key: string): string | undefined {
    const requirement = this.requirements.find((candidate) => candidate.key === key);
    if (requirement === undefined || !['=', '==', 'in'].includes(requirement.operator)) return undefined;
    return requirement.values.length === 1 ? requirement.values[0] : undefined;
  }

  /** The string form, as `labelSelector=` takes it. */
  toString(): string {
    return this.requirements.map(requirementText).join(',');
  }
}

function ownValue(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function compile({ operator, values }: LabelRequirement): Test {
  const [only] = values;
  switch (operator) {
    case '=':
    case '==':
      return (value) => value === only;
    case '!=':
      return (value) => value !== only;
    case 'in':
      return (value) => value !== undefined && values.includes(value);
    case 'notin':
      return (value) => value === undefined || !values.includes(value);
    case 'exists':
      return (value) => value !== undefined;
    case '!':
      return (value) => value === undefined;
    case 'gt':
    case 'lt':
      return compileComparison(operator, only ?? '');
  }
}

const integer = /^[+-]?[0-9]+$/;

/** Whether a text is a number that `gt` and `lt` can compare. */
export function isInteger(text: string): boolean {
  return integer.test(text);
}

function compileComparison(operator: 'gt' | 'lt', bound: string): Test {
  if (!isInteger(bound)) return () => false;
  const limit = BigInt(bound.replace(/^\+/, ''));
  const holds = operator === 'gt' ? (value: bigint) => value > limit : (value: bigint) => value < limit;
  return (value) => value !== undefined && isInteger(value) && holds(BigInt(value.replace(/^\+/, '')));
}

function requirementText({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
      return `${key}>${values.join(',')}`;
    case 'lt':
      return `${key}<${values.join(',')}`;
    default:
      return `${key}${operator}${values.join(',')}`;
  }
}

/** Selects every object. */
export const everything = new LabelSelector([]);

/** Selects no object. */
export const nothing = new LabelSelector([], true);
