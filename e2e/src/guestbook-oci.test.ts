import { describeGuestbook } from './guestbook.suite.js';
import { runtimeReason } from './kit/images.js';
import { standaloneForm } from './kit/standalone-form.js';

/** Its image is built without an engine too. What kubectl can do does not depend on what runs the containers: one will do. */
describeGuestbook(standaloneForm('oci'), await runtimeReason('oci', []), ['1.33']);
