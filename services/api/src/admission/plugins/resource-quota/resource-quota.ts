import { newForbidden } from '@gantry/apimachinery';
import { chargeQuotas, quotaEvaluatorOf } from '@gantry/resources';
import type { QuotaEvaluator, QuotaWrite, StoredQuota } from '@gantry/resources';
import type { AdmissionPlugin, AdmissionRequest } from '../../chain.js';
import type { Charge, QuotaLedger } from './quota-ledger.js';

/** Nothing is made that a quota of its namespace has no room for; what is made is noted there, in one write with it. The last of all plugins: what another refuses uses nothing. */
export function resourceQuota(ledger: QuotaLedger, now: () => number): AdmissionPlugin {
  return {
    name: 'ResourceQuota',
    validate: (request) => {
      const { operation, namespace, subresource, object, old } = request;
      if (namespace === '' || object === undefined || (operation !== 'CREATE' && operation !== 'UPDATE')) return;
      const quotas = ledger.quotas(namespace);
      if (quotas.length === 0) return;
      const { group, resource } = request.resource.groupResource;
      const evaluator = quotaEvaluatorOf(group, resource);
      const write: QuotaWrite = { operation, subresource, object, old };
      if (evaluator === undefined || !evaluator.handles(write)) return;
      reserve(request, ledger, chargeOf(request, evaluator, write, now));
    },
  };
}

function reserve({ namespace, dryRun, reservations }: AdmissionRequest, ledger: QuotaLedger, charge: Charge): void {
  if (dryRun || reservations === undefined) charge(ledger.quotas(namespace).map(({ object }) => object as StoredQuota));
  else reservations.push(ledger.reservation(namespace, charge));
}

function chargeOf({ resource, name }: AdmissionRequest, evaluator: QuotaEvaluator, write: QuotaWrite, now: () => number): Charge {
  return (quotas) => {
    const charge = chargeQuotas(quotas, evaluator, write, now());
    if (charge.type === 'refused') throw newForbidden(resource.groupResource, name, charge.cause);
    return charge.quotas;
  };
}
