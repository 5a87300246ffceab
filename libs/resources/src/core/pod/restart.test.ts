import { expect, test } from 'vitest';
import { shouldRestart } from './restart.js';

const container = { name: 'c' };
const rule = (operator: string, values: number[]) => [{ action: 'Restart', exitCodes: { operator, values } }];

test.each([
  ['always', container, 'Always', 0, true],
  ['never', container, 'Never', 1, false],
  ['after a failure', container, 'OnFailure', 1, true],
  ['not after a success', container, 'OnFailure', 0, false],
  ['a sidecar whatever its pod says', { name: 'c', restartPolicy: 'Always' }, 'Never', 0, true],
  ['not when its own policy says never', { name: 'c', restartPolicy: 'Never' }, 'Always', 1, false],
  ['after a code that a rule names', { name: 'c', restartPolicy: 'Never', restartPolicyRules: rule('In', [42]) }, 'Never', 42, true],
  ['not after another code', { name: 'c', restartPolicy: 'Never', restartPolicyRules: rule('In', [42]) }, 'Never', 41, false],
  ['after every code but those that a rule names', { name: 'c', restartPolicy: 'Never', restartPolicyRules: rule('NotIn', [42]) }, 'Never', 41, true],
])('a container is restarted %s', (_sentence, spec, policy, code, expected) => {
  expect(shouldRestart(spec, policy, code)).toBe(expected);
});
