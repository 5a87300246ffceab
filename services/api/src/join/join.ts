import type { KindDescriptor } from '@gantry/resources';
import type { ApiOptions } from '../options.js';
import type { Claimer } from '../registry/claims.js';
import type { RegistryEnvironment } from '../registry/environment.js';
import { objectReader, resourceNamed } from '../registry/object-reader.js';
import type { ServedResource } from '../registry/served-resource.js';
import { Challenges } from './challenge.js';
import { NodeNames } from './node-names.js';
import { nodeRequestClaimer } from './request-claimer.js';
import { serveJoin } from './serve-join.js';

/** How nodes become nodes: whose their names are, and what lets them onto the bus. */
export interface Join {
  /** Of certificate signing requests. */
  readonly claimers: ReadonlyMap<KindDescriptor, Claimer>;
  /** Answers on the bus, where nodes can be let onto it. */
  serve(): { close(): Promise<void> };
}

/** `env` is asked when a request comes. */
export function createJoin({ bus, storage, encryptionKey, tls, issueNodeToken: issue, logger }: ApiOptions, resources: readonly ServedResource[], env: () => RegistryEnvironment, isReady: () => boolean): Join {
  const now = Date.now;
  const leases = objectReader(env, resourceNamed(resources, 'coordination.k8s.io', 'leases'));
  const names = new NodeNames({ storage, leases, now });
  const { kind } = resourceNamed(resources, 'certificates.k8s.io', 'certificatesigningrequests');
  return {
    claimers: new Map([[kind, nodeRequestClaimer(names)]]),
    serve: () => {
      if (issue === undefined) return { close: () => Promise.resolve() };
      return serveJoin({ bus, names, issue, now, isReady, logger, challenges: new Challenges(encryptionKey, now), authorities: tls.clientCa });
    },
  };
}
