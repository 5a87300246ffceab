import { newBadRequest } from '../errors/constructors.js';
import { goQuote } from '../errors/go-quote.js';
import type { LabelSelectorFields } from '../fields/labels.js';
import { everything, LabelSelector, nothing } from './label-selector.js';
import type { LabelRequirement, Labels, SelectorOperator } from './label-selector.js';

const operators: Readonly<Record<string, SelectorOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** The selector of a label map, as `nodeSelector` and Service selectors are: every label must be equal. */
export function selectorFromLabels(labels: Labels | undefined): LabelSelector {
  const entries = Object.entries(labels ?? {});
  return entries.length === 0 ? everything : new LabelSelector(entries.map(([key, value]) => ({ key, operator: '=', values: [value] })));
}

/**
 * The selector of a `metav1.LabelSelector`: an absent one selects nothing, an empty one everything.
 * @throws StatusError 400 on an operator that does not exist
 */
export function selectorFromObject(selector: LabelSelectorFields | undefined): LabelSelector {
  if (selector === undefined) return nothing;
  const ofLabels = Object.entries(selector.matchLabels ?? {}).map(([key, value]): LabelRequirement => ({ key, operator: '=', values: [value] }));
  const ofExpressions = (selector.matchExpressions ?? []).map(requirement);
  return new LabelSelector([...ofLabels, ...ofExpressions]);
}

function requirement({ key, operator, values = [] }: { key: string; operator: string; values?: readonly string[] }): LabelRequirement {
  const known = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
  if (known === undefined) throw newBadRequest(`${goQuote(operator)} is not a valid label selector operator`);
  return { key, operator: known, values: [...new Set(values)].sort() };
}
