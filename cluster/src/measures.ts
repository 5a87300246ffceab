import type { Metrics } from '@gantry/platform/metrics';

/** Who of a control plane leads, asked for when somebody looks. In one process each leads, or is about to. */
export interface Leaders {
  readonly store: { readonly leading: boolean };
  readonly controllers: { readonly isLeader: boolean };
  readonly scheduler: { readonly isLeader: boolean };
}

/** The same measures that the services have as processes of their own. */
export function measureLeaders(metrics: Metrics, { store, controllers, scheduler }: Leaders): void {
  metrics.gaugeOf({ name: 'gantry_store_leading', help: '1 while this store writes.' }, () => [{ labels: {}, value: Number(store.leading) }]);
  metrics.gaugeOf({ name: 'leader_election_master_status', help: '1 while this process holds the lease.', labels: ['name'] }, () => [
    { labels: { name: 'kube-controller-manager' }, value: Number(controllers.isLeader) },
    { labels: { name: 'kube-scheduler' }, value: Number(scheduler.isLeader) },
  ]);
}
