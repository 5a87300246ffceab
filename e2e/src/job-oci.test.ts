import { describeJob, JOB_IMAGES } from './job.suite.js';
import { runtimeReason } from './kit/images.js';
import { standaloneForm } from './kit/standalone-form.js';

/** What kubectl can do does not depend on what runs the containers: one will do. */
describeJob(standaloneForm('oci'), await runtimeReason('oci', JOB_IMAGES), ['1.33']);
