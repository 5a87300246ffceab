import type { LogEntry } from '@gantry/storage';

/** What is kept in memory for a stream that is slow; the rest is in the log. */
const LIMIT = 4_096;
/** And the bytes of its values. */
const LIMIT_BYTES = 32 * 1024 * 1024;

/** Committed entries that were not published yet: a dense run, bounded. */
export class Backlog {
  private entries: (LogEntry | undefined)[] = [];
  private head = 0;
  private bytes = 0;

  constructor(
    /** The newest committed revision. */
    public newest: number,
  ) {}

  push(entry: LogEntry): void {
    this.newest = entry.revision;
    if (this.entries.length - this.head >= LIMIT || this.bytes >= LIMIT_BYTES || !this.follows(entry)) return;
    this.entries.push(entry);
    this.bytes += entry.value.length;
  }

  /** Replaces what is kept by a page of the log. */
  refill(entries: readonly LogEntry[]): void {
    this.entries = [...entries];
    this.head = 0;
    this.bytes = entries.reduce((sum, { value }) => sum + value.length, 0);
    this.newest = Math.max(this.newest, entries.at(-1)?.revision ?? 0);
  }

  /** The entry of that revision, if it is the next one kept; what was before it is forgotten. */
  take(revision: number): LogEntry | undefined {
    while ((this.entries[this.head]?.revision ?? Infinity) < revision) this.drop();
    const entry = this.entries[this.head];
    if (entry?.revision !== revision) return undefined;
    this.drop();
    return entry;
  }

  private follows(entry: LogEntry): boolean {
    const last = this.entries.at(-1);
    return last === undefined || last.revision === entry.revision - 1;
  }

  private drop(): void {
    this.bytes -= this.entries[this.head]?.value.length ?? 0;
    // Under a load that never lets it become empty, too, what was given out is let go: its bytes at once, its place later.
    this.entries[this.head++] = undefined;
    if (this.head === this.entries.length) return this.clear();
    if (this.head <= LIMIT) return;
    this.entries = this.entries.slice(this.head);
    this.head = 0;
  }

  private clear(): void {
    this.entries = [];
    this.head = 0;
    this.bytes = 0;
  }
}
