import type { ResourceObject } from '@gantry/resources';
import type { Identity } from '../http/authz/identity.js';
import type { Reservation } from '../registry/reservation.js';
import type { ServedResource } from '../registry/served-resource.js';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What a plugin is asked about. */
export interface AdmissionRequest {
  readonly operation: AdmissionOperation;
  readonly resource: ServedResource;
  /** '' for the resource itself. */
  readonly subresource: string;
  /** '' for a cluster-scoped object. */
  readonly namespace: string;
  /** '' where the name is not known yet. */
  readonly name: string;
  /** The object as it will be; undefined on a delete. Only `admit` may change it. */
  readonly object: ResourceObject | undefined;
  /** The object as it is; undefined on a create. Never changed. */
  readonly old: ResourceObject | undefined;
  readonly identity: Identity;
  readonly dryRun: boolean;
  /** What a create rests on, added to by `admit`: the object is stored only if none of it has changed until then. */
  readonly guards?: WriteGuard[];
  /** What a write draws on that others draw on too: at most one, added by `validate`, and noted in the same write as the object. */
  readonly reservations?: Reservation[];
  /** What was at hand the first time was out of date: the newest is wanted. */
  readonly isRepeated?: boolean;
}

/** A storage key that still has this revision when the write is committed. */
export interface WriteGuard {
  readonly key: string;
  readonly revision: number;
}

/** A refusal is a thrown `StatusError`. Both functions answer a promise only where they have to wait. */
export interface AdmissionPlugin {
  readonly name: string;
  /** May change `request.object`. */
  readonly admit?: (request: AdmissionRequest) => Promise<void> | void;
  /** Sees the object as it will be stored. */
  readonly validate?: (request: AdmissionRequest) => Promise<void> | void;
}

/** The plugins in order: first all that may change the object, later, when the kind's own rules have passed, all that only look. */
export class AdmissionChain {
  readonly #admitting: readonly AdmissionPlugin[];
  readonly #validating: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#admitting = plugins.filter(({ admit }) => admit !== undefined);
    this.#validating = plugins.filter(({ validate }) => validate !== undefined);
  }

  async admit(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#admitting) {
      const wait = plugin.admit!(request);
      if (wait !== undefined) await wait;
    }
  }

  async validate(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#validating) {
      const wait = plugin.validate!(request);
      if (wait !== undefined) await wait;
    }
  }
}
