import { describeGuestbook, GUESTBOOK_IMAGES } from './guestbook.suite.js';
import { runtimeReason } from './kit/images.js';
import { standaloneForm } from './kit/standalone-form.js';

const form = standaloneForm();

describeGuestbook(form, await runtimeReason(form.runtime, form.runtime === 'docker' ? GUESTBOOK_IMAGES : []));
