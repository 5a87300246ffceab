import type { coreV1 } from '@gantry/api-types';
import { allContainersOf, identityOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';

export type ConfigKind = 'configMap' | 'secret';

export interface ConfigReference {
  readonly kind: ConfigKind;
  readonly namespace: string;
  readonly name: string;
}

/** The ConfigMaps and Secrets that a pod's environments, images and, where `volumes`, volumes name; one may come twice. */
export function referencesOf(pod: Pod, volumes: boolean): ConfigReference[] {
  const { namespace } = identityOf(pod);
  const { imagePullSecrets = [], volumes: declared = [] } = pod.spec ?? {};
  const found: Found[] = [
    ...imagePullSecrets.map(({ name }): Found => ['secret', name]),
    ...allContainersOf(pod).flatMap(ofContainer),
    ...(volumes ? declared.flatMap(ofVolume) : []),
  ];
  return found.flatMap(([kind, name]) => (name === undefined || name === '' ? [] : [{ kind, namespace, name }]));
}

type Found = readonly [ConfigKind, string | undefined];

function ofContainer({ env = [], envFrom = [] }: Container): Found[] {
  const sources = [
    ...envFrom.map(({ configMapRef, secretRef }) => ({ configMap: configMapRef, secret: secretRef })),
    ...env.map(({ valueFrom }) => ({ configMap: valueFrom?.configMapKeyRef, secret: valueFrom?.secretKeyRef })),
  ];
  return sources.flatMap(({ configMap, secret }): Found[] => [['configMap', configMap?.name], ['secret', secret?.name]]);
}

function ofVolume({ configMap, secret, projected }: coreV1.Volume): Found[] {
  const sources = projected?.sources ?? [];
  return [
    ['configMap', configMap?.name],
    ['secret', secret?.secretName],
    ...sources.flatMap((source): Found[] => [['configMap', source.configMap?.name], ['secret', source.secret?.name]]),
  ];
}
