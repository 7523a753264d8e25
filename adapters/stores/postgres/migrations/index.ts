import { first } from './001-first.js';
import { secrecy } from './002-secrecy.js';
import { retention } from './003-retention.js';
import type { Migration } from './migration.js';

/** In order; the schema's version is how many of them a database has seen. */
export const migrations: readonly Migration[] = [first, secrecy, retention];
