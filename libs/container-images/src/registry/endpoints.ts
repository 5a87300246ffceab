import type { RegistrySettings } from '../image-store.js';
import type { Reference } from '../reference.js';

/** Where a registry's API is asked. */
export interface Endpoint {
  /** `https://registry-1.docker.io`, without a slash at its end. */
  readonly base: string;
  /** Plain HTTP is fine, certificates are not verified. */
  readonly insecure: boolean;
  readonly authority?: string;
  /** The registry that a mirror stands for; unset for the registry itself. */
  readonly mirrorOf?: string;
}

const DOCKER_HUB = 'registry-1.docker.io';
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

/** In the order in which they are asked: mirrors, then the registry. A registry on this machine may speak plain HTTP: it is asked in that way last. */
export function endpointsOf({ registry }: Pick<Reference, 'registry'>, settings: Readonly<Record<string, RegistrySettings>>): Endpoint[] {
  const { mirrors = [], insecure = false, authority } = settings[registry] ?? {};
  const host = registry === 'docker.io' ? DOCKER_HUB : registry;
  const plain = insecure || LOOPBACK.test(registry);
  const common = { insecure: plain, ...(authority === undefined ? {} : { authority }) };
  return [
    ...mirrors.map((mirror) => mirrorEndpoint(mirror, registry, insecure, authority)),
    { base: `https://${host}`, ...common },
    ...(plain ? [{ base: `http://${host}`, ...common }] : []),
  ];
}

function mirrorEndpoint(mirror: string, registry: string, insecure: boolean, authority: string | undefined): Endpoint {
  const { protocol, host } = new URL(mirror);
  const base = mirror.replace(/\/+$/, '');
  return { base, insecure: insecure || protocol === 'http:' || LOOPBACK.test(host), mirrorOf: registry, ...(authority === undefined ? {} : { authority }) };
}
