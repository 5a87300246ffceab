import type { coreV1, discoveryV1 } from '@gantry/api-types';
import { targetPort } from '../service-pods/target-port.js';

/** Where the service's ports lead in this pod; a port whose name the pod does not have is left out. */
export function endpointPorts({ spec }: coreV1.Service, pod: coreV1.Pod): discoveryV1.EndpointPort[] {
  return (spec?.ports ?? []).flatMap((servicePort) => {
    const port = targetPort(pod, servicePort);
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return port === undefined ? [] : [{ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

/** Equal for the same ports in any order. */
export function portsKey(ports: readonly discoveryV1.EndpointPort[] | null | undefined): string {
  const texts = (ports ?? []).map(({ name, port, protocol, appProtocol }) => `${name ?? ''} ${port ?? ''} ${protocol ?? 'TCP'} ${appProtocol ?? ''}`);
  return texts.sort().join();
}
