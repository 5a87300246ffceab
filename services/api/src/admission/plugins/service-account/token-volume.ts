import type { coreV1 } from '@gantry/api-types';
import { generatedName } from '@gantry/apimachinery';

const VOLUME_PREFIX = 'kube-api-access-';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Known by this odd number: the API gives such a token a longer life, see KEP-1205. */
const TOKEN_SECONDS = 3607;
const MODE = 0o644;

/** The pod decides, else its account, else yes. */
export function wantsToken({ automountServiceAccountToken: pod }: coreV1.PodSpec, { automountServiceAccountToken: account }: Pick<coreV1.ServiceAccount, 'automountServiceAccountToken'>): boolean {
  return pod ?? account ?? true;
}

/** Gives every container that has nothing at the place of the token a volume with token, authority and namespace. */
export function mountToken(spec: coreV1.PodSpec): void {
  const existing = spec.volumes?.find(({ name }) => name.startsWith(VOLUME_PREFIX))?.name;
  const name = existing ?? generatedName(VOLUME_PREFIX);
  let isMounted = false;
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH) === true) continue;
    (container.volumeMounts ??= []).push({ name, readOnly: true, mountPath: MOUNT_PATH });
    isMounted = true;
  }
  if (isMounted && existing === undefined) (spec.volumes ??= []).push(tokenVolume(name));
}

/** As the defaults of volumes would leave it. */
function tokenVolume(name: string): coreV1.Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
      defaultMode: MODE,
    },
  };
}
