import * as z from 'zod';
import { storeUrlFault } from '../storeUrl.js';

const poolSchema = z
  .strictObject({
    connections: z
      .int()
      .min(2)
      .max(100)
      .default(12)
      .describe(
        'PostgreSQL: the most connections that this node opens. All nodes together must stay below `max_connections`.',
      ),
    connectTimeoutSeconds: z
      .number()
      .positive()
      .max(300)
      .default(5)
      .describe(
        'PostgreSQL: how long a connection may take, or the wait for a free one, before the store counts as away.',
      ),
    statementTimeoutSeconds: z
      .number()
      .positive()
      .max(300)
      .default(15)
      .describe('PostgreSQL: how long one statement may take before it is given up.'),
  })
  .describe('Connections to PostgreSQL');

export const storeSchema = z
  .strictObject({
    url: z
      .string()
      .superRefine((url, context) => {
        const fault = storeUrlFault(url);
        if (fault !== null) context.addIssue({ code: 'custom', message: fault });
      })
      .default('sqlite:data/gateway.db')
      .describe(
        'The database: `sqlite:FILE` (relative to the working directory) for one gateway, or `postgres://USER:PASSWORD@HOST/DATABASE` for any number of nodes; `HOST1:5432,HOST2:5432` names a primary and its standbys; `?sslmode=verify-full&sslrootcert=FILE` for TLS.',
      ),
    controlSocket: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        "The Unix domain socket for operators' commands to this node. Without it: beside the SQLite file, or `data/gateway.control` with PostgreSQL.",
      ),
    turnSeconds: z
      .number()
      .min(8)
      .max(300)
      .default(15)
      .describe(
        'PostgreSQL: how long other nodes wait for one that gives no sign before they take over its SMPP sessions, polls and jobs.',
      ),
    pool: poolSchema.prefault({}),
  })
  .describe('Where parts, reports and replies are kept');
