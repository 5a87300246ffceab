import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ConfigurationError, Environment } from './environment.js';

it('reads texts, numbers, choices and lists, and their defaults where there is nothing', () => {
  const environment = new Environment({ NAME: 'store', PORT: '9090', LEVEL: 'debug', SERVERS: 'nats://a:4222, nats://b:4222', EMPTY: '' });
  expect([environment.required('NAME'), environment.optional('EMPTY'), environment.optional('NONE')]).toEqual(['store', undefined, undefined]);
  expect([environment.integer('PORT', 1, { from: 1, to: 65_535 }), environment.integer('NONE', 7, { from: 1, to: 9 })]).toEqual([9090, 7]);
  expect([environment.choice('LEVEL', ['info', 'debug'], 'info'), environment.choice('NONE', ['info', 'debug'], 'info')]).toEqual(['debug', 'info']);
  expect(environment.list('SERVERS')).toEqual(['nats://a:4222', 'nats://b:4222']);
  expect(() => environment.check()).not.toThrow();
});

it('says everything that is wrong at once', () => {
  const environment = new Environment({ PORT: '70000', LEVEL: 'loud', POINTS: 'nowhere', KEY_FILE: '/nowhere/key', SERVERS: ' , ' });
  environment.required('NAME');
  environment.integer('PORT', 1, { from: 1, to: 65_535 });
  environment.choice('LEVEL', ['info', 'debug'], 'info');
  environment.file('KEY_FILE');
  environment.file('CERTIFICATE_FILE');
  environment.list('SERVERS');
  environment.parsed('POINTS', (text) => { throw new RangeError(`${text} is no point`); }, undefined);
  expect(() => environment.check()).toThrow(
    new ConfigurationError([
      'NAME is not set',
      'PORT is "70000": it must be a whole number from 1 to 65535',
      'LEVEL is "loud": it must be one of info, debug',
      'KEY_FILE names /nowhere/key, which cannot be read (ENOENT)',
      'CERTIFICATE_FILE is not set',
      'SERVERS names nothing',
      'POINTS is "nowhere": nowhere is no point',
    ]),
  );
});

it('reads what is in the files that it is told of', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-environment-'));
  await writeFile(join(folder, 'key'), 'secret\n');
  const environment = new Environment({ KEY_FILE: join(folder, 'key') });
  expect([environment.file('KEY_FILE'), environment.optionalFile('KEY_FILE'), environment.optionalFile('NONE')]).toEqual(['secret\n', 'secret\n', undefined]);
  await rm(folder, { recursive: true });
});
