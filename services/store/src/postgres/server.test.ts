import { describe, expect, it } from 'vitest';
import { refusal, type Server } from './server.js';

const good: Server = { backend: 7, version: 160001, standby: false, readOnly: false, encoding: 'UTF8', timeline: 1, system: '1' };
const session = { backend: 7, readOnlySession: false };

describe('a server', () => {
  it.each([
    ['that is as it must be', good, session],
    ['for reads alone', { ...good, readOnly: true }, { ...session, readOnlySession: true }],
    ['that says nothing of its process', good, { ...session, backend: undefined }],
  ])('%s is used', (_which, server, asked) => {
    expect(refusal(server, asked)).toBeUndefined();
  });

  it.each([
    ['is too old', { ...good, version: 150012 }, session, 'needs Postgres 16 or newer, and this is 15'],
    ['has another encoding', { ...good, encoding: 'LATIN1' }, session, "ENCODING 'UTF8'"],
    ['is a standby', { ...good, standby: true, readOnly: true }, session, 'name the primary'],
    ['is read-only', { ...good, readOnly: true }, session, 'default_transaction_read_only is on'],
    ['is behind a pooler', { ...good, backend: 8 }, session, 'pooler in between'],
  ])('that %s is refused with words', (_which, server, asked, words) => {
    expect(refusal(server, asked)).toContain(words);
  });
});
