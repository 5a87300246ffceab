import { expect, it } from 'vitest';
import { readSettings } from './settings.ts';

it('finds the other parts by the names of their Services where nothing is said', () => {
  expect(readSettings({})).toMatchObject({ port: 8080, version: '1', storeHost: 'store', storePort: 6380, apiUrl: 'http://api', shown: 20 });
});

it('takes what the ConfigMap says', () => {
  expect(readSettings({ GUESTBOOK_TITLE: 'T', GUESTBOOK_SHOWN: '3', POD_NAME: 'web-7' })).toMatchObject({ title: 'T', shown: 3, pod: 'web-7' });
});

it('names a setting that is no number', () => {
  expect(() => readSettings({ GUESTBOOK_SHOWN: 'many' })).toThrow('GUESTBOOK_SHOWN is no whole number: many');
});
