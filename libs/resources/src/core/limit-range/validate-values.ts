import type { coreV1 } from '@gantry/api-types';
import { invalid } from '@gantry/apimachinery';
import type { FieldError, FieldPath, Quantity } from '@gantry/apimachinery';
import { quantityOrNone } from '../pod-spec/quantities.js';
import { isOvercommitAllowed } from '../quota-names.js';

type List = 'min' | 'max' | 'default' | 'defaultRequest';

interface Rule {
  readonly lower: List;
  readonly upper: List;
  /** Where the error is, and whose value it shows. */
  readonly at: List;
  readonly shown: List;
  readonly text: (lower: string, upper: string) => string;
}

/** Which of an item's values must not be above which other. */
const rules: readonly Rule[] = [
  { lower: 'min', upper: 'max', at: 'min', shown: 'min', text: (lower, upper) => `min value ${lower} is greater than max value ${upper}` },
  { lower: 'min', upper: 'defaultRequest', at: 'defaultRequest', shown: 'defaultRequest', text: (lower, upper) => `min value ${lower} is greater than default request value ${upper}` },
  { lower: 'defaultRequest', upper: 'max', at: 'defaultRequest', shown: 'defaultRequest', text: (lower, upper) => `default request value ${lower} is greater than max value ${upper}` },
  { lower: 'defaultRequest', upper: 'default', at: 'defaultRequest', shown: 'defaultRequest', text: (lower, upper) => `default request value ${lower} is greater than default limit value ${upper}` },
  { lower: 'min', upper: 'default', at: 'default', shown: 'min', text: (lower, upper) => `min value ${lower} is greater than default value ${upper}` },
  { lower: 'default', upper: 'max', at: 'default', shown: 'max', text: (lower, upper) => `default value ${lower} is greater than max value ${upper}` },
];

const one = 1_000_000_000n;

/** The values of one resource in an item: they must fit together. */
export function validateValues(item: coreV1.LimitRangeItem, name: string, at: FieldPath, errors: FieldError[]): void {
  // A pod's defaults are refused as a whole.
  const value = (list: List): Quantity | undefined => (item.type === 'Pod' && list.startsWith('default') ? undefined : quantityOrNone(item[list]?.[name]));
  for (const { lower, upper, at: place, shown, text } of rules) {
    const [low, high] = [value(lower), value(upper)];
    if (low !== undefined && high !== undefined && low.compare(high) > 0) errors.push(invalid(at.child(place).key(name), String(value(shown)), text(String(low), String(high))));
  }
  validateRatio(item, name, at.child('maxLimitRequestRatio').key(name), errors);
  const [limit, request] = [value('default'), value('defaultRequest')];
  if (!isOvercommitAllowed(name) && limit !== undefined && request !== undefined && !limit.equals(request)) {
    errors.push(invalid(at.child('defaultRequest').key(name), String(request), `default value ${String(limit)} must equal to defaultRequest value ${String(request)} in ${name}`));
  }
}

function validateRatio({ min, max, maxLimitRequestRatio }: coreV1.LimitRangeItem, name: string, at: FieldPath, errors: FieldError[]): void {
  const ratio = quantityOrNone(maxLimitRequestRatio?.[name]);
  if (ratio === undefined) return;
  if (ratio.nanos < one) errors.push(invalid(at, String(ratio), `ratio ${String(ratio)} is less than 1`));
  const [low, high] = [quantityOrNone(min?.[name]), quantityOrNone(max?.[name])];
  if (low === undefined || high === undefined) return;
  const most = high.toMilli() / low.toMilli();
  if (ratio.toMilli() / 1000 > most) errors.push(invalid(at, String(ratio), `ratio ${String(ratio)} is greater than max/min = ${most.toFixed(6)}`));
}
