export type { ApiRequest, ApiResponse, ApiStreamResponse, ApiTransport } from './transport.js';
export type { Client, DeleteQuery, KubeObject, ListQuery, ObjectList, PatchType, ResourceClient, ResourceReference, WatchEvent, WatchQuery } from './client.js';
