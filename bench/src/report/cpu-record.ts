/** CPU of one kind of request: of the machine that measured it, and as a multiple of the floor of the same run. */
export interface Cost {
  readonly microseconds: number;
  readonly ratio: number;
}

/** What was measured when the record was made. Only the ratios mean something on another machine. */
export interface CpuRecord {
  readonly node: string;
  readonly floorMicroseconds: number;
  readonly requests: Readonly<Record<string, Cost>>;
}

export interface Growth {
  readonly request: string;
  readonly before: number;
  readonly now: number;
}

/** Growth that is no noise. */
const TOLERATED = 1.2;

/** The requests whose ratio has grown by more than a fifth. What the record does not know has not grown. */
export function grown(record: CpuRecord, now: CpuRecord['requests']): Growth[] {
  return Object.entries(now).flatMap(([request, { ratio }]) => {
    const before = record.requests[request]?.ratio;
    return before !== undefined && ratio > before * TOLERATED ? [{ request, before, now: ratio }] : [];
  });
}

/** What is said of them. */
export function growthLines(growths: readonly Growth[]): string[] {
  return growths.map(({ request, before, now }) => `GREW: ${request} costs ${now.toFixed(1)} floors, ${((now / before - 1) * 100).toFixed(0)} % more than the ${before.toFixed(1)} on record`);
}
