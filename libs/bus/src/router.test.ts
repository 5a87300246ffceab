import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SubjectRouter } from './router.js';
import { matchSubject } from './subjects.js';

const token = fc.constantFrom('a', 'b', 'c');
const subject = fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.'));
const pattern = fc
  .tuple(fc.array(fc.oneof(token, fc.constant('*')), { maxLength: 3 }), fc.constantFrom('a', '*', '>'))
  .map(([tokens, last]) => [...tokens, last].join('.'));

it('finds what a comparison with every pattern finds, also after removals', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(pattern, fc.boolean())), fc.array(subject), (entries, subjects) => {
      const router = new SubjectRouter<number>();
      const removals = entries.map(([text], index) => router.add(text, index));
      entries.forEach(([, removed], index) => removed && removals[index]?.());
      for (const text of subjects) {
        const expected = entries.flatMap(([candidate, removed], index) => (!removed && matchSubject(candidate, text) ? [index] : []));
        expect(router.match(text).sort((one, other) => one - other)).toEqual(expected);
      }
    }),
  );
});
