export type EntryType = 'file' | 'hard-link' | 'symbolic-link' | 'character-device' | 'block-device' | 'directory' | 'fifo';

/** One entry of an archive. Names hold a byte in each character (latin1), whatever the archive's author meant by them. */
export interface TarEntry {
  readonly type: EntryType;
  readonly name: string;
  /** Of links: where to. */
  readonly linkName: string;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of the file, holes included. */
  readonly size: number;
  /** Seconds since the epoch, with fractions. */
  readonly mtime: number;
  /** Of devices. */
  readonly major: number;
  readonly minor: number;
  readonly xattrs: ReadonlyMap<string, Buffer>;
}

/** What a reader tells, in order; all of it may throw, which ends the reading. */
export interface TarSink {
  begin(entry: TarEntry): void;
  /** Bytes of the entry that began last and where in the file they belong. The buffer is the sink's only until it returns. */
  data(bytes: Buffer, position: number): void;
  end(): void;
}
