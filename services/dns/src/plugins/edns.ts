import type { Plugin } from '../plugin.js';
import { failure } from '../wire/answer.js';
import { RCODE } from '../wire/codes.js';

/** Only version 0 of EDNS exists, RFC 6891 section 6.1.3. */
export const edns: Plugin = (next) => (query) => (query.edns !== undefined && query.edns.version > 0 ? failure(RCODE.badVersion) : next(query));
