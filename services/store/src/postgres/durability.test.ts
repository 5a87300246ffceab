import { expect, it } from 'vitest';
import { warningsOf } from './durability.js';

const fine = { isUnsynced: false, hasTornPages: false, standbys: 0, waited: 0, waitsForSome: false };

it.each([
  ['a server alone', fine, []],
  ['a standby that is waited for', { ...fine, standbys: 1, waited: 1, waitsForSome: true }, []],
  ['a standby of which the user may not see how it replicates, where some are waited for', { ...fine, standbys: 1, waitsForSome: true }, []],
  ['a standby that nobody waits for', { ...fine, standbys: 1 }, [expect.stringContaining('replication is asynchronous')]],
  ['a server that does not sync', { ...fine, isUnsynced: true, hasTornPages: true }, [expect.stringContaining('fsync is off'), expect.stringContaining('full_page_writes is off')]],
])('%s is warned of as it should be', (_what, weaknesses, warnings) => {
  expect(warningsOf(weaknesses)).toEqual(warnings);
});
