const sqlitePrefix = 'sqlite:';

/** What the driver makes of `sslmode`: other words than these mean less than they say, or change what they mean. */
const sslModes = ['disable', 'no-verify', 'verify-full'];

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

/** As it may be shown: without a password, and without the options, which may hold one too. */
export function shownStoreUrl(url: string): string {
  if (!isPostgres(url) || !URL.canParse(url)) return url;
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`;
}

/** The password within a URL, as it is written there and as it is meant. */
export function storeSecrets(url: string): string[] {
  if (!isPostgres(url) || !URL.canParse(url)) return [];
  const { password, searchParams } = new URL(url);
  const passwords = [password, searchParams.get('password') ?? ''].filter((one) => one !== '');
  return [...new Set(passwords.flatMap((one) => [one, decoded(one)]))];
}

function postgresFault(url: string): string | null {
  if (!URL.canParse(url)) {
    return 'cannot be read as a URL: letters such as `@ : / # ?` in a user or password are written as %40 %3A %2F %23 %3F';
  }
  const { pathname, searchParams } = new URL(url);
  if (pathname.length < 2) return 'names no database: expected `postgres://USER@HOST/DATABASE`';
  const sslMode = searchParams.get('sslmode');
  if (sslMode === null || sslModes.includes(sslMode)) return null;
  return `has an sslmode that says less than it means: expected one of ${sslModes.join(', ')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
