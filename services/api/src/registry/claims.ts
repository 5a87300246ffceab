import type { ResourceObject } from '@gantry/resources';
import type { WriteOperation } from '@gantry/storage';

/** An object with all that it asked for filled in, and what must be written with it for it to hold that. */
export interface Claims {
  /** A copy; the object that asked is as it was. */
  readonly object: ResourceObject;
  /** Written together with the object or not at all. None on a dry run. */
  readonly operations: readonly WriteOperation[];
  /** Another object holds what this operation claims. Throws the refusal where the client asked for just that; else another may be chosen. */
  readonly refused: (operation: number) => void;
}

export interface ClaimRequest {
  /** Valid, and not changed. */
  readonly object: ResourceObject;
  /** undefined on a create. */
  readonly old: ResourceObject | undefined;
  readonly dryRun: boolean;
  /** 0 the first time; more after a choice was lost to another writer. */
  readonly attempt: number;
}

/**
 * What objects of one kind hold besides themselves, of which there must be one holder at a time whoever else writes: an address, a port. A
 * claim is a key in the storage that is put with its holder and deleted with it, in one write each, so nothing is ever held by nobody.
 */
export interface Claimer {
  /** Chooses what the object is to hold. Throws the client's refusal when there is nothing left, or what it asked for cannot be had. */
  claim(request: ClaimRequest): Promise<Claims>;
  /** The operations that give back all that the object holds. */
  release(object: ResourceObject): Promise<readonly WriteOperation[]>;
}
