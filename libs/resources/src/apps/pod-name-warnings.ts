import { isDNS1123Label } from '@gantry/apimachinery';

/** What a client is told whose workload's name makes no good name of a pod. */
export function podNameWarnings(name = ''): string[] {
  const problems = isDNS1123Label(name);
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`,
  ];
}
