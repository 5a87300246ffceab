import { startResolverRelay, type ResolverRelay } from '../machine-network/resolver-relay.js';
import { machineResolvers } from '../node-process/resolvers.js';

/** Whom nodes ask names that are not the cluster's, where no engine has a resolver for them. */
export class NodeResolvers {
  readonly #relays = new Map<string, Promise<ResolverRelay | undefined>>();

  constructor(
    private readonly find = machineResolvers,
    private readonly start = startResolverRelay,
  ) {}

  /** `gateway`: the machine on the nodes' network. Where it asks a program of its own, that is asked there, by a relay. */
  async at(gateway: string): Promise<readonly string[]> {
    const { reachable, own } = await this.find();
    if (reachable.length > 0 || own === undefined) return reachable;
    await (this.#relays.get(gateway) ?? this.#relay(gateway, own));
    return [gateway];
  }

  /** One that cannot be started is tried again in the node's next life. */
  #relay(gateway: string, resolver: string): Promise<ResolverRelay | undefined> {
    const relay = this.start({ address: gateway, resolver }).catch(whoHasThePortAnswers);
    this.#relays.set(gateway, relay);
    relay.catch(() => this.#relays.delete(gateway));
    return relay;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#relays.values()].map(async (relay) => (await relay)?.close()));
    this.#relays.clear();
  }
}

/** A resolver of the machine that serves all of its addresses serves this one too. */
function whoHasThePortAnswers(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
}
