import { Failpoints } from './failpoints.js';

/**
 * Reads `point=crash`, `point=crash@5` (from the fifth pass on) or `point=sleep:200` (milliseconds), separated by commas. Throws a
 * RangeError on anything else and on a point that is not one of `names`, so that a test with a misspelt name fails.
 */
export function parseFailpoints<Name extends string>(text: string, names: readonly Name[]): Failpoints<Name> {
  const failpoints = new Failpoints<Name>();
  for (const item of text.split(',').filter(Boolean)) {
    const match = /^([a-z-]+)=(?:(crash)|sleep:(\d+))(?:@(\d+))?$/.exec(item.trim());
    const point = names.find((name) => name === match?.[1]);
    if (!match || !point) throw new RangeError(`not a failpoint: ${item}`);
    failpoints.arm(point, match[2] ? { crash: true } : { sleepMs: Number(match[3]) }, Number(match[4] ?? 1) - 1);
  }
  return failpoints;
}
