/** A promise that was broken: which of the twenty invariants (docs/invariants.md), and the smallest excerpt that shows it. */
export interface Violation {
  readonly invariant: number;
  readonly what: string;
  readonly evidence: readonly string[];
}

/** One text for people: what, then the evidence a line each. */
export function describeViolation({ invariant, what, evidence }: Violation): string {
  return [`invariant ${invariant}: ${what}`, ...evidence.map((line) => `    ${line}`)].join('\n');
}
