/**
 * Shares one read among all who wait for it. A caller never gets a read that began before it called: it takes the one
 * that begins next.
 */
export class SharedRead<T> {
  private next: Promise<T> | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly read: () => Promise<T>) {}

  call(): Promise<T> {
    return (this.next ??= this.afterRunning());
  }

  private async afterRunning(): Promise<T> {
    await this.running;
    this.next = undefined;
    const reading = this.read();
    this.running = reading.catch(() => undefined);
    return reading;
  }
}
