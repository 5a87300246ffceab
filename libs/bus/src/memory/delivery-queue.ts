/** Something to be done later, in order. */
export interface Delivery {
  deliver(): void;
}

/** Deliveries in one turn of the event loop before input, output and timers get theirs. */
const TURN_BUDGET = 256;

/**
 * One order for everything a bus delivers. Runs in microtasks, so that an answer costs no turn of the event loop, but only so
 * much a turn, so that two parties that answer each other cannot keep the loop from its sockets and timers.
 */
export class DeliveryQueue {
  private items: Delivery[] = [];
  private head = 0;
  private budget = TURN_BUDGET;
  private scheduled = false;
  private turnMarked = false;

  push(item: Delivery): void {
    this.items.push(item);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    if (this.budget > 0) queueMicrotask(this.flush);
    this.markTurn();
  }

  /** Asks to be told when this turn is over. */
  private markTurn(): void {
    if (this.turnMarked) return;
    this.turnMarked = true;
    setImmediate(this.nextTurn);
  }

  private readonly nextTurn = (): void => {
    this.turnMarked = false;
    const stalled = this.budget <= 0;
    this.budget = TURN_BUDGET;
    if (stalled && this.scheduled) this.flush();
  };

  private readonly flush = (): void => {
    while (this.head < this.items.length && this.budget > 0) {
      this.budget -= 1;
      const item = this.items[this.head] as Delivery;
      this.head += 1;
      item.deliver();
    }
    this.scheduled = false;
    if (this.head < this.items.length) return this.schedule();
    this.items = [];
    this.head = 0;
  };
}
