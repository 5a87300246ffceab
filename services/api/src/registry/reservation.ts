import type { WriteOperation, WriteOutcome } from '@gantry/storage';

/** What a write draws on that other writes draw on too, as on a quota. Made by admission, which sees what is asked for. */
export interface Reservation {
  /**
   * The operations that note what is drawn, by what is there now; called again when another writer was faster (`isRepeated`). This process's
   * other writes that draw on the same wait until `settle`. Throws the refusal.
   */
  take(isRepeated: boolean): Promise<readonly WriteOperation[]>;
  /** The write is over. `revisions`: of the operations, where they were written. */
  settle(revisions: readonly number[] | undefined): void;
}

/** Writes the operations together with those of a reservation. An answer that it was refused is never by one of the latter. */
export async function writeReserved(reservation: Reservation, operations: readonly WriteOperation[], write: (all: readonly WriteOperation[]) => Promise<WriteOutcome>): Promise<WriteOutcome> {
  for (let isRepeated = false; ; isRepeated = true) {
    const drawn = await reservation.take(isRepeated);
    let revisions: readonly number[] | undefined;
    try {
      const outcome = await write([...operations, ...drawn]);
      if (outcome.ok) revisions = outcome.revisions.slice(operations.length);
      if (outcome.ok || outcome.failedOperation < operations.length) return outcome;
    } finally {
      reservation.settle(revisions);
    }
  }
}
