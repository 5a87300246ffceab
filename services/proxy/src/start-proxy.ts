import { Deferred, systemClock } from '@gantry/async';
import { NftablesPlane } from './apply/nftables-plane.js';
import { isAbsent, runProgram } from './apply/programs.js';
import type { RunProgram } from './apply/programs.js';
import type { DataPlane } from './data-plane.js';
import { HealthChecks } from './health/health-checks.js';
import type { ProxyOptions, RunningProxy } from './options.js';
import type { Conflict } from './rules/ruleset.js';
import type { NodeFacts } from './rules/service-port.js';
import { UserspacePlane } from './userspace/userspace-plane.js';
import { ServiceTracker } from './watch/service-tracker.js';

/**
 * Makes the Services of a cluster reachable in the network namespace that this process is in, or in the one that `run` runs programs in. When it resolves,
 * nothing for the Service range leaves the machine any more.
 */
export async function startProxy(options: ProxyOptions, run: RunProgram = runProgram): Promise<RunningProxy> {
  const { nodeName: name, nodeAddresses: addresses, clusterCidr, podCidr, serviceCidr, ownServiceAddresses } = options;
  const node = { name, addresses, clusterCidr, podCidr, serviceCidr, ownServiceAddresses };
  const warnings: string[] = [];
  const warn = (warning: string) => {
    warnings.push(warning);
    options.logger.warn({}, warning);
  };
  const plane = await choosePlane(options, run, { ...node, zone: undefined }, warn);
  return new ServiceProxy(options, plane, new ServiceTracker(options.informers, node), warnings).start();
}

/** The kernel's rules where the machine lets us have them. */
async function choosePlane({ clock = systemClock, logger }: ProxyOptions, run: RunProgram, node: NodeFacts, warn: (warning: string) => void): Promise<DataPlane> {
  const shared = { run, node, clock, logger, warn };
  const kernel = new NftablesPlane(shared);
  try {
    await kernel.prepare();
    return kernel;
  } catch (error) {
    await kernel.stop();
    warn(`Services are forwarded in user space, slower and with the node's address as the client's: nftables cannot be used (${reasonOf(error)})`);
  }
  const sockets = new UserspacePlane(shared);
  await sockets.prepare();
  return sockets;
}

/** nft prints where it stumbled around the line that says why. */
function reasonOf(error: unknown): string {
  if (isAbsent(error)) return 'the program nft is not installed';
  const lines = String((error as Error).message).split('\n');
  const line = lines.find((each) => /error:|not permitted|not supported/iu.test(each)) ?? lines[0] ?? '';
  return line.replace(/^.*?Error: /u, '');
}

class ServiceProxy implements RunningProxy {
  private readonly synced = new Deferred();
  private readonly stopping = new AbortController();
  private readonly health: HealthChecks;
  private conflicts: ReadonlySet<string> = new Set();
  private scheduled = false;
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly options: ProxyOptions,
    private readonly plane: DataPlane,
    private readonly tracker: ServiceTracker,
    readonly warnings: readonly string[],
  ) {
    this.health = new HealthChecks(options.nodeAddresses, options.logger);
    this.synced.promise.catch(() => undefined);
  }

  get ready(): Promise<void> {
    return this.synced.promise;
  }

  start(): this {
    this.tracker.waitForSync(this.stopping.signal).then(
      () => this.follow(),
      (error: unknown) => this.synced.reject(error),
    );
    return this;
  }

  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  private follow(): void {
    if (this.stopping.signal.aborted) return;
    this.tracker.follow(() => this.schedule());
    this.schedule();
  }

  /** What changes in one turn of the event loop is one change: a Service and its slices often come together. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (!this.stopping.signal.aborted) void this.update();
    });
  }

  private async update(): Promise<void> {
    const served = this.tracker.take();
    this.tellConflicts(served.ruleset.conflicts);
    const { metrics, clock = systemClock } = this.options;
    const started = clock.monotonic();
    try {
      await this.plane.apply(served);
      metrics?.synced(clock.monotonic() - started, clock.now());
      this.synced.resolve();
      await this.health.serve(served.healthChecks);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      metrics?.failed();
      this.options.logger.error({ err: error }, 'the Services of this node could not be brought up to date');
    }
  }

  /** Each once, as long as it lasts: any change of any Service works all of them out again. */
  private tellConflicts(conflicts: readonly Conflict[]): void {
    const told = this.conflicts;
    const present = new Set<string>();
    for (const { element, holder, refused } of conflicts) {
      const conflict = `${element.container} ${element.key} ${holder} ${refused}`;
      present.add(conflict);
      if (!told.has(conflict)) this.options.logger.warn({ service: refused, holder, address: element.key }, 'two Services want the same address and port: it stays with the older');
    }
    this.conflicts = present;
  }

  private async end(): Promise<void> {
    this.stopping.abort(new Error('the proxy was stopped'));
    this.synced.reject(this.stopping.signal.reason);
    this.tracker.stop();
    await this.plane.stop();
    await this.health.stop();
  }
}
