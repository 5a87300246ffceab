import { isLabelValue, isQualifiedName } from '../fields/formats.js';
import { fieldErrorText, invalid } from '../fields/build.js';
import { aggregate, newBadRequest } from '../errors/constructors.js';
import type { FieldError } from '../field-error.js';
import { everything, isInteger, LabelSelector } from './label-selector.js';
import type { LabelRequirement, SelectorOperator } from './label-selector.js';
import { scanLabels } from './scan-labels.js';
import type { Token } from './scan-labels.js';

const operators: Readonly<Record<string, SelectorOperator>> = { '=': '=', '==': '==', '!=': '!=', in: 'in', notin: 'notin', '>': 'gt', '<': 'lt' };
const operatorNames = 'in, notin, =, ==, !=, gt, lt';

/**
 * The selector that a string stands for: `app=web,tier in (a,b),!old`.
 * @throws StatusError 400 that says what was found and what was expected
 */
export function parseLabelSelector(text: string): LabelSelector {
  return text === '' ? everything : new LabelSelector(new Parser(scanLabels(text)).parse());
}

/** Recursive descent over the scanned words. */
class Parser {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    if (this.next.kind === 'end') return requirements;
    this.expectStart(`found '${this.next.text}', expected: !, identifier, or 'end of string'`);
    for (;;) {
      requirements.push(this.requirement());
      const separator = this.take();
      if (separator.kind === 'end') return requirements;
      if (separator.kind !== ',') throw newBadRequest(`found '${separator.text}', expected: ',' or 'end of string'`);
      this.expectStart(`found '${this.next.text}', expected: identifier after ','`);
    }
  }

  private get next(): Token {
    return this.tokens[this.position] ?? { kind: 'end', text: '' };
  }

  private take(): Token {
    const token = this.next;
    this.position++;
    return token;
  }

  private expectStart(problem: string): void {
    if (this.next.kind !== 'word' && this.next.kind !== '!') throw newBadRequest(problem);
  }

  private requirement(): LabelRequirement {
    const negated = this.next.kind === '!';
    if (negated) this.position++;
    const key = this.take();
    if (key.kind !== 'word') throw unparsable(`found '${key.text}', expected: identifier`);
    const problems = isQualifiedName(key.text);
    if (problems.length > 0) throw unparsable(fieldErrorText(invalid('<nil>', key.text, problems.join('; '))));
    if (negated) return { key: key.text, operator: '!', values: [] };
    if (this.next.kind === 'end' || this.next.kind === ',') return { key: key.text, operator: 'exists', values: [] };
    const operator = this.operator();
    const values = operator === 'in' || operator === 'notin' ? this.values() : [this.exactValue()];
    return checkedRequirement(key.text, operator, values);
  }

  private operator(): SelectorOperator {
    const { text } = this.take();
    const operator = Object.hasOwn(operators, text) ? operators[text] : undefined;
    if (operator === undefined) throw unparsable(`found '${text}', expected: ${operatorNames}`);
    return operator;
  }

  private exactValue(): string {
    if (this.next.kind === 'end' || this.next.kind === ',') return '';
    const value = this.take();
    if (value.kind !== 'word') throw unparsable(`found '${value.text}', expected: identifier`);
    return value.text;
  }

  /** `(a,b)`; an empty place between commas is the empty value. */
  private values(): string[] {
    const open = this.take();
    if (open.kind !== '(') throw unparsable(`found '${open.text}' expected: '('`);
    if (!['word', ',', ')'].includes(this.next.kind)) throw unparsable(`found '${this.next.text}', expected: ',', ')' or identifier`);
    const values = new Set<string>();
    for (;;) {
      values.add(this.next.kind === 'word' ? this.take().text : '');
      const separator = this.take();
      if (separator.kind === ')') return [...values].sort();
      if (separator.kind !== ',') throw unparsable(`found '${separator.text}', expected: ',' or ')'`);
    }
  }
}

function unparsable(problem: string): Error {
  return newBadRequest(`unable to parse requirement: ${problem}`);
}

function checkedRequirement(key: string, operator: SelectorOperator, values: string[]): LabelRequirement {
  const errors = requirementErrors(key, operator, values);
  if (errors.length > 0) throw unparsable(aggregate(errors));
  return { key, operator, values };
}

/** What is wrong with a requirement's values. */
export function requirementErrors(key: string, operator: SelectorOperator, values: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  values.forEach((value, index) => {
    if ((operator === 'gt' || operator === 'lt') && !isInteger(value)) {
      errors.push(invalid(`values[${String(index)}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    }
    const problems = isLabelValue(value);
    if (problems.length > 0) errors.push(invalid(`values[${String(index)}][${key}]`, value, problems.join('; ')));
  });
  return errors;
}
