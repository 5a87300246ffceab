import type { DataPlane } from '../data-plane.js';
import type { Served } from '../watch/service-tracker.js';
import { createFlowCleaner } from './flow-cleaner.js';
import { TableApplier } from './table-applier.js';
import type { TableApplierOptions } from './table-applier.js';

/** Services by rules of the kernel. They stay after a stop. */
export class NftablesPlane implements DataPlane {
  private readonly table: TableApplier;
  private readonly cleanFlows: ReturnType<typeof createFlowCleaner>;
  private cleaned = false;

  constructor(options: TableApplierOptions & { readonly warn: (warning: string) => void }) {
    this.table = new TableApplier(options);
    this.cleanFlows = createFlowCleaner(options);
  }

  prepare(): Promise<void> {
    return this.table.prepare();
  }

  /** Flows are looked at once at the beginning, since endpoints may have gone while nobody followed. */
  async apply({ ruleset, ports, udpChanged }: Served): Promise<void> {
    await this.table.apply(ruleset);
    if (!udpChanged && this.cleaned) return;
    this.cleaned = true;
    await this.cleanFlows(ports);
  }

  stop(): Promise<void> {
    return this.table.stop();
  }
}
