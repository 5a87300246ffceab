import { afterAll, beforeAll } from 'vitest';
import { describeGuestbook, GUESTBOOK_IMAGES } from './guestbook.suite.js';
import { describeJob, JOB_IMAGES } from './job.suite.js';
import { sharedCompose } from './kit/compose-form.js';
import { composeReason } from './kit/compose.js';
import { engineReason } from './kit/engine.js';
import { describeStreams, STREAM_IMAGES } from './streams.suite.js';

/** What the suites of the standalone form say, of a cluster as services: one project, two nodes, two replicas of all else that can have them. */
const compose = sharedCompose(`gantry-suites-${process.pid}`, 2);
const reason = (await engineReason([...GUESTBOOK_IMAGES, ...JOB_IMAGES, ...STREAM_IMAGES])) ?? (await composeReason());

beforeAll(() => compose.prepare(), 900_000);
afterAll(() => compose.dispose());

describeGuestbook(compose.shared, reason);
describeStreams(compose.shared, reason);
describeJob(compose.last, reason);
