import { describeGuestbook, GUESTBOOK_IMAGES } from './guestbook.suite.js';
import { engineReason } from './kit/engine.js';
import { standaloneForm } from './kit/standalone-form.js';

describeGuestbook(standaloneForm, await engineReason(GUESTBOOK_IMAGES));
