import type { FaultKind } from './fault.js';

/** Of Postgres and the way to it. */
export const databaseFaults: readonly FaultKind[] = [
  { name: 'restart postgres', weight: 2, run: ({ plane }) => plane.database.restart('fast') },
  { name: 'kill postgres', weight: 2, run: ({ plane }) => plane.database.restart('kill') },
  { name: 'lose commit answers', weight: 4, run: async ({ plane, random }) => plane.database.loseCommitAnswers(1 + random.below(3), 'lose') },
  { name: 'cut at commit', weight: 3, run: async ({ plane, random }) => plane.database.loseCommitAnswers(1 + random.below(3), 'cut') },
  { name: 'cut postgres link', weight: 3, run: async ({ plane }) => plane.database.link.cut() },
  {
    name: 'freeze postgres link',
    weight: 2,
    run: async ({ plane, span, wait }) => {
      plane.database.link.freeze();
      await wait(span(500, 6_000));
      plane.database.link.heal();
    },
  },
  {
    name: 'slow postgres link',
    weight: 2,
    run: async ({ plane, random, span, wait }) => {
      plane.database.link.delay(1 + random.below(50));
      await wait(span(1_000, 8_000));
      plane.database.link.heal();
    },
  },
];
