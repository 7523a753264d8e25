import { first } from './001-first.js';
import { operations } from './002-operations.js';
import { conversation } from './003-conversation.js';
import { uncertainAttempts } from './004-uncertain-attempts.js';
import { retention } from './005-retention.js';
import { secrecy } from './006-secrecy.js';
import { leases } from './007-leases.js';

/** In order; the schema's version is how many of them a file has seen. */
export const migrations: readonly string[] = [
  first,
  operations,
  conversation,
  uncertainAttempts,
  retention,
  secrecy,
  leases,
];
