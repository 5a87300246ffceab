import type { coreV1 } from '@gantry/api-types';

/** Whether the toleration covers the taint: no key with `Exists` covers every key, no effect every effect. */
export function tolerates(toleration: coreV1.Toleration, taint: coreV1.Taint): boolean {
  const { key = '', operator, value = '', effect = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return key !== '' && value === (taint.value ?? '');
}

export function isTolerated(taint: coreV1.Taint, tolerations: readonly coreV1.Toleration[]): boolean {
  return tolerations.some((toleration) => tolerates(toleration, taint));
}
