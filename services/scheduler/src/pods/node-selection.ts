import type { coreV1 } from '@gantry/api-types';
import type { LabelRequirement, Labels, SelectorOperator } from '@gantry/apimachinery';
import { LabelSelector, selectorFromLabels } from '@gantry/apimachinery';

/** Whether a node of these labels and this name is one that the pod may, or would like to, be on. */
export type NodePredicate = (labels: Labels | undefined, name: string) => boolean;

const OPERATORS: Readonly<Record<string, SelectorOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!', Gt: 'gt', Lt: 'lt' };

const never: NodePredicate = () => false;

function requirement({ key, operator, values = [] }: coreV1.NodeSelectorRequirement): LabelRequirement | undefined {
  const known = OPERATORS[operator];
  return known === undefined ? undefined : { key, operator: known, values };
}

/** `metadata.name` is the only field that a node can be selected by. */
function fieldTest({ key, operator, values = [] }: coreV1.NodeSelectorRequirement): (name: string) => boolean {
  if (key !== 'metadata.name') return () => false;
  if (operator === 'In') return (name) => values.includes(name);
  return operator === 'NotIn' ? (name) => !values.includes(name) : () => false;
}

/** All conditions of one term; an empty term selects nothing, and so does one with an operator that does not exist. */
export function compileTerm({ matchExpressions = [], matchFields = [] }: coreV1.NodeSelectorTerm): NodePredicate {
  if (matchExpressions.length === 0 && matchFields.length === 0) return never;
  const requirements = matchExpressions.map(requirement);
  if (requirements.includes(undefined)) return never;
  const selector = new LabelSelector(requirements.filter((one) => one !== undefined));
  const fields = matchFields.map(fieldTest);
  return (labels, name) => selector.matches(labels) && fields.every((test) => test(name));
}

/** The node selector and the required node affinity of a pod; of the terms any one, with the selector all. */
export function compileRequired(spec: coreV1.PodSpec | undefined): NodePredicate | undefined {
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const selector = Object.keys(spec?.nodeSelector ?? {}).length === 0 ? undefined : selectorFromLabels(spec?.nodeSelector);
  if (required === undefined) return selector === undefined ? undefined : (labels) => selector.matches(labels);
  const terms = required.nodeSelectorTerms.map(compileTerm);
  return (labels, name) => (selector === undefined || selector.matches(labels)) && terms.some((term) => term(labels, name));
}
