import { expect, test } from 'vitest';
import { runtimeMessage } from './reaper.js';

test.each([
  [
    'time="2026-11-25T09:15:03Z" level=warning msg="odd"\ntime="2026-11-25T09:15:03Z" level=error msg="runc create failed: unable to start container process: exec: \\"/no\\": stat /no: no such file or directory"\n',
    'runc create failed: unable to start container process: exec: "/no": stat /no: no such file or directory',
  ],
  ['executable file `/no` not found in $PATH: No such file or directory\n', 'executable file `/no` not found in $PATH: No such file or directory'],
  ['level=error msg=short', 'short'],
  ['', ''],
])('of %j the sentence is found', (text, expected) => {
  expect(runtimeMessage(text)).toBe(expected);
});
