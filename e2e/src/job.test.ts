import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeJob, JOB_IMAGES } from './job.suite.js';
import { engineReason, objectsOf } from './kit/engine.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { runtimeReason } from './kit/images.js';
import { standaloneForm } from './kit/standalone-form.js';

const reason = await engineReason(JOB_IMAGES);

const form = standaloneForm();

describeJob(form, await runtimeReason(form.runtime, JOB_IMAGES));

describe.skipIf(reason !== undefined)(`a cluster whose last start had hollow pods${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  beforeAll(async () => {
    gantry = await gantryIn(`hollow-${process.pid}`);
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  it('is deleted without a trace of those before', async () => {
    await gantry('up', '--detach', '--runtime', 'docker');
    await gantry('stop');
    await gantry('start', '--runtime', 'hollow');
    expect(await objectsOf(gantry.cluster)).not.toEqual([]);
    await gantry('delete');
    expect(await objectsOf(gantry.cluster)).toEqual([]);
  });
});
