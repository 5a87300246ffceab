import type { coreV1 } from '@gantry/api-types';

/** Objects of its own namespace that a pod's node must read to run it. */
export interface PodReferences {
  readonly secrets: ReadonlySet<string>;
  readonly configmaps: ReadonlySet<string>;
}

/** Every Secret and ConfigMap that a pod names, wherever it names it. */
export function podReferences(spec: coreV1.PodSpec): PodReferences {
  const secrets = new Set<string | undefined>();
  const configmaps = new Set<string | undefined>();
  for (const { name } of spec.imagePullSecrets ?? []) secrets.add(name);
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])]) {
    for (const { secretRef, configMapRef } of container.envFrom ?? []) add(secretRef?.name, configMapRef?.name);
    for (const { valueFrom } of container.env ?? []) add(valueFrom?.secretKeyRef?.name, valueFrom?.configMapKeyRef?.name);
  }
  for (const volume of spec.volumes ?? []) {
    add(volume.secret?.secretName, volume.configMap?.name);
    for (const source of volume.projected?.sources ?? []) add(source.secret?.name, source.configMap?.name);
    for (const name of driverSecrets(volume)) secrets.add(name);
  }
  function add(secret: string | undefined, configmap: string | undefined): void {
    secrets.add(secret);
    configmaps.add(configmap);
  }
  return { secrets: named(secrets), configmaps: named(configmaps) };
}

function driverSecrets({ azureFile, cephfs, cinder, csi, flexVolume, iscsi, rbd, scaleIO, storageos }: coreV1.Volume): (string | undefined)[] {
  const references = [cephfs?.secretRef, cinder?.secretRef, csi?.nodePublishSecretRef, flexVolume?.secretRef, iscsi?.secretRef, rbd?.secretRef, scaleIO?.secretRef, storageos?.secretRef];
  return [azureFile?.secretName, ...references.map((reference) => reference?.name)];
}

function named(names: ReadonlySet<string | undefined>): Set<string> {
  return new Set([...names].filter((name): name is string => name !== undefined && name !== ''));
}
