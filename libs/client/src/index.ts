export type { ApiRequest, ApiResponse, ApiStreamResponse, ApiTransport } from './transport.js';
export type {
  Client, DeleteQuery, KubeObject, ListQuery, ObjectList, PatchType, ResourceClient, ResourceReference, TypedResourceReference, WatchEvent, WatchQuery,
} from './client.js';
export type { ClientOptions } from './create-client.js';
export { createClient } from './create-client.js';
export {
  CERTIFICATESIGNINGREQUESTS, CLUSTERROLEBINDINGS, CLUSTERROLES, CONFIGMAPS, CONTROLLERREVISIONS, DEPLOYMENTS, ENDPOINTS, ENDPOINTSLICES, EVENTS, EVENTS_V1, FLOWSCHEMAS,
  IPADDRESSES, LEASES, LIMITRANGES, NAMESPACES, NODES, PODS, PODTEMPLATES, PRIORITYCLASSES, PRIORITYLEVELCONFIGURATIONS, REPLICASETS, REPLICATIONCONTROLLERS, RESOURCEQUOTAS,
  ROLEBINDINGS, ROLES, SECRETS, SERVICEACCOUNTS, SERVICECIDRS, SERVICES, STORAGEVERSIONMIGRATIONS,
} from './resources.js';
export { apiVersionFor, resourcePath } from './paths.js';
export { readLines, readWatchEvents } from './watch-lines.js';
export { readJson } from './exact-json.js';
export type { FakeClient, FakeClientOptions, SentRequest } from './fake/fake-client.js';
export { createFakeClient } from './fake/fake-client.js';
export type { FakeEvent, FakeObject } from './fake/fake-store.js';
export type { BusTransportOptions } from './bus/bus-transport.js';
export { createBusTransport } from './bus/bus-transport.js';
export type { ApiHandler, ServeApiOptions } from './bus/serve-api.js';
export { serveApi } from './bus/serve-api.js';
export { nodeProofText } from './bus/node-proof.js';
export { DEPARTED_ANNOTATION } from './departed-node.js';
export { identitySubject } from './bus/bus-wire.js';
export type { HttpsTransportOptions } from './https/https-transport.js';
export { createHttpsTransport } from './https/https-transport.js';
