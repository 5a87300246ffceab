import type { DefaultedPod } from './types.js';

const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** Whether the pod stands for one that a kubelet has from a file: what the API says does not change that one. */
export function isMirror({ metadata }: DefaultedPod): boolean {
  return metadata.annotations?.[mirrorAnnotation] !== undefined;
}
