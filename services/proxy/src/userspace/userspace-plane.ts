import type { Clock, Logger } from '@gantry/async';
import type { RunProgram } from '../apply/programs.js';
import type { DataPlane } from '../data-plane.js';
import { isWithin } from '../rules/cidr.js';
import type { NodeFacts, ServicePort } from '../rules/service-port.js';
import type { Served } from '../watch/service-tracker.js';
import { forwardTcp, forwardUdp } from './forwarders.js';
import type { Forwarder } from './forwarders.js';
import { frontendsOf } from './frontends.js';
import { Picker } from './picker.js';

export interface UserspaceOptions {
  readonly run: RunProgram;
  readonly node: NodeFacts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly warn: (warning: string) => void;
}

/**
 * Forwards by sockets of this process, where the kernel's rules are out of reach. Endpoints see the node as the client. Service addresses are put on the
 * loopback interface where that is allowed; else only node ports are served. It ends with the process.
 */
export class UserspacePlane implements DataPlane {
  private readonly serving = new Map<string, { picker: Picker; forwarder: Forwarder }>();
  private readonly onLoopback = new Set<string>();
  private mayAddAddresses = true;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly options: UserspaceOptions) {}

  /** Takes away the addresses that a killed process left. */
  async prepare(): Promise<void> {
    const listing = await this.options.run('ip', ['-4', '-o', 'addr', 'show', 'dev', 'lo']).catch(() => '');
    const { serviceCidr, ownServiceAddresses } = this.options.node;
    for (const [, address = ''] of listing.matchAll(/inet (\S+)\/32/gu)) {
      if (isWithin(address, serviceCidr) && !ownServiceAddresses.includes(address)) await this.changeAddress('del', address);
    }
  }

  apply({ ports }: Served): Promise<void> {
    return this.queue(ports);
  }

  stop(): Promise<void> {
    return this.queue([]);
  }

  private queue(ports: readonly ServicePort[]): Promise<void> {
    this.last = this.last.then(() => this.sync(ports));
    return this.last;
  }

  private async sync(ports: readonly ServicePort[]): Promise<void> {
    await this.syncAddresses(new Set(ports.map(({ clusterIP }) => clusterIP)));
    const wanted = frontendsOf(ports, this.options.node);
    for (const [key, { forwarder }] of this.serving) {
      if (wanted.has(key)) continue;
      await forwarder.close();
      this.serving.delete(key);
    }
    for (const [key, frontend] of wanted) {
      const present = this.serving.get(key);
      if (present !== undefined) present.picker.frontend = frontend;
      else if (this.canBind(frontend.address)) await this.open(key, new Picker(frontend, this.options.clock));
    }
  }

  private canBind(address: string): boolean {
    return this.onLoopback.has(address) || this.options.node.addresses.includes(address);
  }

  private async open(key: string, picker: Picker): Promise<void> {
    const { clock, logger } = this.options;
    try {
      const forwarder = picker.frontend.protocol === 'tcp' ? await forwardTcp(picker) : await forwardUdp(picker, clock);
      this.serving.set(key, { picker, forwarder });
    } catch (error) {
      logger.warn({ err: error, frontend: key }, 'a Service cannot be served at one of its addresses');
    }
  }

  private async syncAddresses(wanted: ReadonlySet<string>): Promise<void> {
    for (const address of this.onLoopback) {
      if (!wanted.has(address) && (await this.changeAddress('del', address))) this.onLoopback.delete(address);
    }
    for (const address of wanted) {
      if (!this.mayAddAddresses || this.onLoopback.has(address) || this.options.node.ownServiceAddresses.includes(address)) continue;
      if (await this.changeAddress('add', address)) this.onLoopback.add(address);
      else this.giveUpAddresses();
    }
  }

  private giveUpAddresses(): void {
    this.mayAddAddresses = false;
    this.options.warn('addresses of Services cannot be put on the loopback interface (it takes the program ip and the right to change interfaces): only node ports are served');
  }

  private changeAddress(verb: 'add' | 'del', address: string): Promise<boolean> {
    return this.options.run('ip', ['addr', verb, `${address}/32`, 'dev', 'lo']).then(() => true, () => false);
  }
}
