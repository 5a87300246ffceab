/** One file of a volume that shows objects of the API. */
export interface FileProjection {
  readonly data: Buffer;
  /** Permission bits. */
  readonly mode: number;
  /** User id; unset: the kubelet's own. */
  readonly owner?: number;
}

/** Files by their path below the volume. */
export type Payload = ReadonlyMap<string, FileProjection>;
