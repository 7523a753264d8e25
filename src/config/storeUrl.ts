const sqlitePrefix = 'sqlite:';

/** What the driver makes of `sslmode`: other words than these mean less than they say, or change what they mean. */
const sslModes = ['disable', 'no-verify', 'verify-full'];

/** As in libpq. The gateway writes, so of several servers it takes the one that takes writes, asked to or not. */
const sessionAttributes = ['read-write', 'primary'];

const expected = 'expected `sqlite:FILE`, such as `sqlite:data/gateway.db`, or `postgres://USER@HOST/DATABASE`';

/** What is wrong with a store's URL; null: nothing. Never quotes it, for it may hold a password. */
export function storeUrlFault(url: string): string | null {
  if (isPostgres(url)) return postgresFault(url);
  const file = sqliteFile(url);
  return file === null || file === '' || file === ':memory:' ? expected : null;
}

export function isPostgres(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url);
}

/** The file of a SQLite store; null for another. */
export function sqliteFile(url: string): string | null {
  return url.startsWith(sqlitePrefix) ? url.slice(sqlitePrefix.length) : null;
}

/**
 * One URL for each server of a PostgreSQL store, in the order in which they are named: `postgres://u@a:5432,b/db` names a
 * primary and its standby, as libpq has it.
 */
export function serverUrls(url: string): string[] {
  const { scheme, userInfo, hosts, rest } = partsOf(url);
  return hosts.map((host) => `${scheme}${userInfo}${host}${rest}`);
}

/** As it may be shown: without a password, and without the options, which may hold one too. */
export function shownStoreUrl(url: string): string {
  const [first] = isPostgres(url) ? readable(url) : [];
  if (first === undefined) return url;
  const { protocol, username, pathname } = first;
  return `${protocol}//${username === '' ? '' : `${username}@`}${partsOf(url).hosts.join(',')}${pathname}`;
}

/** The password within a URL, as it is written there and as it is meant. */
export function storeSecrets(url: string): string[] {
  const [first] = isPostgres(url) ? readable(url) : [];
  if (first === undefined) return [];
  const { password, searchParams } = first;
  const passwords = [password, searchParams.get('password') ?? ''].filter((one) => one !== '');
  return [...new Set(passwords.flatMap((one) => [one, decoded(one)]))];
}

const unreadable =
  'cannot be read as a URL: letters such as `@ : / # ?` in a user or password are written as %40 %3A %2F %23 %3F';

function postgresFault(url: string): string | null {
  const { hosts } = partsOf(url);
  if (hosts.length > 1 && hosts.includes('')) return 'names several hosts, and one of them is empty';
  const [first] = readable(url);
  if (first === undefined) return unreadable;
  const { pathname, searchParams } = first;
  // `u:2024/secret@db/x`: the password's own slash made the rest of it a path, which is shown.
  if (/[/@]/.test(pathname.slice(1))) return unreadable;
  if (pathname.length < 2) return 'names no database: expected `postgres://USER@HOST/DATABASE`';
  const attributes = searchParams.get('target_session_attrs');
  if (attributes !== null && !sessionAttributes.includes(attributes)) {
    return `has a target_session_attrs that the gateway cannot do with, for it writes: expected ${sessionAttributes.join(' or ')}`;
  }
  const sslMode = searchParams.get('sslmode');
  if (sslMode === null || sslModes.includes(sslMode)) return null;
  return `has an sslmode that says less than it means: expected one of ${sslModes.join(', ')}`;
}

/** One URL for each server; none where one of them is no URL. */
function readable(url: string): URL[] {
  const urls = serverUrls(url);
  return urls.every((one) => URL.canParse(one)) ? urls.map((one) => new URL(one)) : [];
}

/** By hand, for no URL that a standard knows has several hosts. */
function partsOf(url: string): { scheme: string; userInfo: string; hosts: string[]; rest: string } {
  const [, scheme = '', authority = '', rest = ''] = /^([^:]*:\/\/)([^/?#]*)(.*)$/s.exec(url) ?? [];
  const userInfo = authority.slice(0, authority.lastIndexOf('@') + 1);
  return { scheme, userInfo, hosts: authority.slice(userInfo.length).split(','), rest };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
