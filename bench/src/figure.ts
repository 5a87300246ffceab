/** One line of a result. A figure always stands beside the floor or peer that was measured in the same run. */
export interface Figure {
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, and its value in the same unit. */
  readonly floor?: { readonly name: string; readonly value: number };
}

/** A benchmark tells what it is doing and returns its figures. */
export interface Bench {
  readonly name: string;
  readonly description: string;
  /** `flags`: words of the command line that begin with two dashes. */
  readonly run: (say: (text: string) => void, flags: ReadonlySet<string>) => Promise<Figure[]>;
}
