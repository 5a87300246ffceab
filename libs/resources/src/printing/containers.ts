import type { coreV1 } from '@gantry/api-types';

/** The names of the containers of a template, as wide tables show them. */
export function containerNames(containers: readonly coreV1.Container[] | undefined): string {
  return (containers ?? []).map(({ name }) => name).join(',');
}

/** The images of the containers of a template. */
export function containerImages(containers: readonly coreV1.Container[] | undefined): string {
  return (containers ?? []).map(({ image = '' }) => image).join(',');
}
