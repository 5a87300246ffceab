/** The value below which the given part (0 to 1) of the samples lies; 0 for none. */
export function percentile(samples: readonly number[], part: number): number {
  if (samples.length === 0) return 0;
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? 0;
}
