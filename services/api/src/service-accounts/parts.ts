import type { PluginReaders } from '../admission/plugins.js';
import { limitRangesReader, priorityClassReader } from '../admission/plugins/cached-readers.js';
import { namespaceReader } from '../admission/plugins/namespace-lifecycle/namespaces.js';
import { QuotaLedger } from '../admission/plugins/resource-quota/quota-ledger.js';
import { serviceAccountReader } from '../admission/plugins/service-account/account-reader.js';
import type { ApiOptions } from '../options.js';
import type { RegistryEnvironment } from '../registry/environment.js';
import { objectReader, resourceNamed } from '../registry/object-reader.js';
import type { ServedResource } from '../registry/served-resource.js';
import type { BoundObjectReaders } from './bound-objects.js';
import { ServiceAccountTokens } from './service-account-tokens.js';

export interface ServiceAccountParts {
  readonly readers: BoundObjectReaders;
  /** undefined: the server was given no keys. */
  readonly tokens: ServiceAccountTokens | undefined;
}

/** Tokens, and what they rest on. `env` is asked when a request comes. */
export function serviceAccountParts({ serviceAccounts: options }: ApiOptions, resources: readonly ServedResource[], env: () => RegistryEnvironment): ServiceAccountParts {
  const reader = (plural: string): ReturnType<typeof objectReader> => objectReader(env, resourceNamed(resources, '', plural));
  const readers = { serviceAccounts: reader('serviceaccounts'), pods: reader('pods'), secrets: reader('secrets'), nodes: reader('nodes') };
  return { readers, tokens: options === undefined ? undefined : new ServiceAccountTokens(options, readers, () => env().now()) };
}

/** What admission reads. Without tokens, no pod is asked for an account that exists. */
export function pluginReaders(resources: readonly ServedResource[], { readers: { pods, serviceAccounts }, tokens }: ServiceAccountParts, env: () => RegistryEnvironment): Omit<PluginReaders, 'escalation'> {
  const accounts = tokens === undefined ? undefined : serviceAccountReader(serviceAccounts, resourceNamed(resources, '', 'serviceaccounts'));
  const { cache: nodes } = resourceNamed(resources, '', 'nodes');
  return {
    namespace: namespaceReader(env, resources),
    pod: pods.cached,
    nodes: (visit) => nodes.scan(nodes.prefix, visit),
    serviceAccounts: accounts,
    services: objectReader(env, resourceNamed(resources, '', 'services')),
    limitRanges: limitRangesReader(resourceNamed(resources, '', 'limitranges')),
    priorityClasses: priorityClassReader(env, resourceNamed(resources, 'scheduling.k8s.io', 'priorityclasses')),
    quotas: new QuotaLedger(env, resourceNamed(resources, '', 'resourcequotas')),
    now: () => env().now(),
  };
}
