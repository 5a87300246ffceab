import type { coreV1 } from '@gantry/api-types';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
/** Set to an empty value where the service has no address of its own. */
export const HEADLESS = 'service.kubernetes.io/headless';
/** The value of `MANAGED_BY` of the slices that this controller keeps. */
export const CONTROLLER = 'endpointslice-controller.k8s.io';

export function isHeadless({ spec }: coreV1.Service): boolean {
  return (spec?.clusterIP ?? '') === '' || spec?.clusterIP === 'None';
}

/** The labels of a service's slices: the service's own, but for those that only the controller sets. */
export function sliceLabels(service: coreV1.Service): Record<string, string> {
  const { labels = {}, name = '' } = service.metadata ?? {};
  const { [HEADLESS]: _headless, ...own } = labels;
  return { ...own, ...(isHeadless(service) ? { [HEADLESS]: '' } : {}), [SERVICE_NAME]: name, [MANAGED_BY]: CONTROLLER };
}
