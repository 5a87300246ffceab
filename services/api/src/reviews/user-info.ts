import type { Identity } from '../http/authz/identity.js';

/** `UserInfo` of `authentication.k8s.io/v1`. */
export function userInfo({ name, uid, groups, extra }: Identity): object {
  return { username: name, ...(uid !== undefined && { uid }), groups, ...(extra !== undefined && { extra }) };
}
