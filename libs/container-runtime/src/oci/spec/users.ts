import { RuntimeError } from '../../runtime.js';
import type { SpecUser } from './runtime-spec.js';

/** The texts of `/etc/passwd` and `/etc/group` of an image; empty where it has none. */
export interface UserFiles {
  readonly passwd: string;
  readonly group: string;
}

export interface WantedUser {
  /** `user`, `uid`, `user:group` or `uid:gid`, by number or name; empty is root. */
  readonly image: string;
  readonly runAsUser?: number;
  readonly runAsUserName?: string;
  readonly runAsGroup?: number;
  readonly supplementalGroups?: readonly number[];
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const MOST_ID = 2 ** 31 - 1;

/**
 * Who the process is. What the pod says goes before what the image says; a user's groups are those of the files, with the pod's
 * supplemental ones beside them. Throws `invalid` for names that the files do not have.
 */
export function resolveUser(wanted: WantedUser, files: UserFiles): SpecUser {
  const [imageUser = '', imageGroup = ''] = wanted.image.split(':');
  const fromPod = wanted.runAsUser ?? wanted.runAsUserName;
  const user = String(fromPod ?? imageUser);
  // A group in the image belongs to the image's user.
  const group = fromPod === undefined ? imageGroup : '';
  const groups = parseGroups(files.group);
  const account = findAccount(user === '' ? '0' : user, parseAccounts(files.passwd));
  const gid = wanted.runAsGroup ?? (group === '' ? account.gid : findGroup(group, groups));
  const memberOf = account.name === '' ? [] : groups.filter(({ members }) => members.includes(account.name)).map((each) => each.gid);
  // A group named in the image replaces those of the files, as everywhere.
  const others = group === '' ? memberOf : [];
  return { uid: account.uid, gid, additionalGids: [...new Set([gid, ...others, ...(wanted.supplementalGroups ?? [])])] };
}

/** A number is one, also where the image calls somebody so: who asks not to be root must not become it. It need not be in the file: its group is 0 then. */
function findAccount(user: string, accounts: readonly Account[]): Account {
  const uid = numberOf(user);
  if (uid !== undefined) return accounts.find((account) => account.uid === uid) ?? { name: '', uid, gid: 0 };
  const named = accounts.find(({ name }) => name === user);
  if (named === undefined) throw new RuntimeError('invalid', `unable to find user ${user}: no matching entries in passwd file`);
  return named;
}

function findGroup(group: string, groups: readonly Group[]): number {
  const gid = numberOf(group) ?? groups.find(({ name }) => name === group)?.gid;
  if (gid === undefined) throw new RuntimeError('invalid', `unable to find group ${group}: no matching entries in group file`);
  return gid;
}

function parseAccounts(text: string): Account[] {
  return fields(text).flatMap(([name = '', , uid = '', gid = '']) => {
    const [user, group] = [numberOf(uid), numberOf(gid)];
    return user === undefined || group === undefined ? [] : [{ name, uid: user, gid: group }];
  });
}

function parseGroups(text: string): Group[] {
  return fields(text).flatMap(([name = '', , gid = '', members = '']) => {
    const number = numberOf(gid);
    return number === undefined ? [] : [{ name, gid: number, members: members.split(',') }];
  });
}

function fields(text: string): string[][] {
  return text.split('\n').map((line) => line.trim().split(':'));
}

function numberOf(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= MOST_ID ? Number(text) : undefined;
}
