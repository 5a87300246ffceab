import type { coreV1 } from '@gantry/api-types';

/**
 * Whether a container that ended with this code is started again: its own rules first, then its own policy, then its pod's
 * (KEP-5307).
 */
export function shouldRestart({ restartPolicy, restartPolicyRules = [] }: coreV1.Container, podPolicy: string, exitCode: number): boolean {
  if (restartPolicyRules.some((rule) => matches(rule, exitCode))) return true;
  const policy = restartPolicy ?? podPolicy;
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

function matches({ exitCodes }: coreV1.ContainerRestartRule, exitCode: number): boolean {
  const listed = exitCodes?.values?.includes(exitCode) ?? false;
  return exitCodes !== undefined && (exitCodes.operator === 'NotIn' ? !listed : listed);
}
