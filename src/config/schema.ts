import { validate as validateSchedule } from 'node-cron';
import * as z from 'zod';
import { parseNetwork } from '../domain/network.js';
import { knownContentTypes } from '../media/contentType.js';
import { storeUrlFault } from './storeUrl.js';

/**
 * The gateway's own part of the config. The descriptions are the operator's reference: docs/configuration.md is
 * generated from them. The blocks of `tracker` and of each channel belong to their adapters.
 */

const port = z.int().min(0).max(65_535);

const adapterBlock = z.looseObject({ adapter: z.string().min(1) });

const channelBlock = adapterBlock.extend({
  profile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A block of keys that channels share, such as what one telco asks for. The keys of the channel win over it.',
    ),
});

const serverSchema = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('The address to listen on. Behind a reverse proxy, leave it.'),
    port: port
      .default(1708)
      .describe('The HTTP port for webhooks, tracker events, health and metrics. 0 takes any free one.'),
    publicUrl: z
      .url({ protocol: /^https?$/, error: 'expected a URL such as https://gateway.example.go.id' })
      .overwrite((url) => url.replace(/\/+$/, ''))
      .nullable()
      .default(null)
      .describe('Where peers on the internet reach this server; webhook signatures are made over it.'),
    bodyLimitBytes: z
      .int()
      .min(1024)
      .max(16 * 1024 * 1024)
      .default(64 * 1024)
      .describe('The largest request body taken; a larger one is answered with 413.'),
    trustedProxies: z
      .array(
        z
          .string()
          .refine((text) => parseNetwork(text) !== null, 'expected an address or a network such as `10.0.0.0/8`'),
      )
      .max(64)
      .default([])
      .describe(
        'Reverse proxies whose `X-Forwarded-For` is believed, as addresses or networks. Others may write what they like there.',
      ),
  })
  .describe('The HTTP server');

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

const storeSchema = z
  .strictObject({
    url: z
      .string()
      .superRefine((url, context) => {
        const fault = storeUrlFault(url);
        if (fault !== null) context.addIssue({ code: 'custom', message: fault });
      })
      .default('sqlite:data/gateway.db')
      .describe(
        'The database: `sqlite:FILE` (relative to the working directory) for one gateway, or `postgres://USER:PASSWORD@HOST/DATABASE` for any number of nodes; `?sslmode=verify-full&sslrootcert=FILE` for TLS.',
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

const intakeSchema = z
  .strictObject({
    joinPartsMinutes: z
      .number()
      .positive()
      .max(24 * 60)
      .default(30)
      .describe('How long a long SMS waits for its missing parts before it goes on as it is, flagged `truncated`.'),
  })
  .describe('From parts to reports');

const mediaSchema = z
  .strictObject({
    directory: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'Where pictures and files are kept that only a channel may fetch. Without it: beside the database, or `data/media` with PostgreSQL; several nodes need one that they share.',
      ),
    maxBytes: z
      .int()
      .min(1024)
      .max(64 * 1024 * 1024)
      .default(10 * 1024 * 1024)
      .describe('A larger one is not kept; its report goes on, flagged `attachment_missing`.'),
    contentTypes: z
      .array(z.enum(knownContentTypes))
      .min(1)
      .default(['image/jpeg', 'image/png', 'image/webp', 'image/heic', 'video/mp4', 'video/3gpp', 'application/pdf'])
      .describe('What is kept, by the octets of the file and not by what its sender says.'),
    diskMegabytes: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(4_096)
      .describe('All of them together; beyond it reports go on without.'),
    keepDays: z
      .number()
      .positive()
      .max(3_650)
      .default(30)
      .describe('How long one is kept that no report needs any more.'),
    linkMinutes: z
      .number()
      .positive()
      .max(7 * 24 * 60)
      .default(60)
      .describe('How long the tracker may fetch one by the link that it gets with the report.'),
    baseUrl: z
      .url({ protocol: /^https?$/, error: 'expected a URL such as http://gateway.internal:1708' })
      .overwrite((url) => url.replace(/\/+$/, ''))
      .nullable()
      .default(null)
      .describe(
        'Where the tracker reaches this server. Without it: `server.publicUrl`, else `server.host` and `port`.',
      ),
  })
  .describe('Attachments on their way to the tracker');

const firstRetry = z.number().positive().max(3600);
const longestRetry = z.number().positive().max(86_400);
const retryOrderMessage = 'must not be shorter than `firstRetrySeconds`';

const forwardSchema = z
  .strictObject({
    inFlight: z
      .int()
      .min(1)
      .max(1024)
      .default(64)
      .describe('How many reports may be under way to the tracker at once.'),
    attemptsBeforeDeadLetter: z
      .int()
      .min(1)
      .max(1000)
      .default(20)
      .describe('Failures of one report before it waits for an operator. A tracker that is away counts for no report.'),
    firstRetrySeconds: firstRetry
      .default(2)
      .describe('The wait after a first failure; it doubles with each further one.'),
    longestRetrySeconds: longestRetry.default(600).describe('The wait stops growing here.'),
  })
  .refine((forward) => forward.longestRetrySeconds >= forward.firstRetrySeconds, {
    path: ['longestRetrySeconds'],
    error: retryOrderMessage,
  })
  .describe('From reports to the tracker');

const repliesSchema = z
  .strictObject({
    language: z
      .string()
      .regex(/^[a-z]{2,3}$/, 'expected a language code such as `id` or `en`')
      .default('id')
      .describe('The language of replies; a file of that name must be among the texts.'),
    directory: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'A folder with texts of your own, `id.yaml` and so on, relative to the config file. Without it: the packaged ones.',
      ),
    timeZone: z
      .string()
      .refine(isTimeZone, 'expected a time zone such as `Asia/Jakarta`, `Asia/Makassar` or `Asia/Jayapura`')
      .default('Asia/Jakarta')
      .describe('For the dates that replies name.'),
    holidays: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'A folder with your days off, `2027.yaml` and so on, relative to the config file. Without it: the packaged ones.',
      ),
    uncertain: z
      .enum(['resend', 'hold'])
      .default('resend')
      .describe('A reply that was perhaps sent: `resend` risks a second SMS, `hold` leaves it to an operator.'),
    perChannelInFlight: z
      .int()
      .min(1)
      .max(1024)
      .default(64)
      .describe('How many replies may be under way on one channel.'),
    deadlineSeconds: z
      .number()
      .positive()
      .max(3600)
      .default(60)
      .describe('How long one attempt may wait for its turn and the answer of the channel.'),
    attemptsBeforeDeadLetter: z
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .describe('Failed attempts before a reply waits for an operator; with the waits below, about a day.'),
    firstRetrySeconds: firstRetry
      .default(2)
      .describe('The wait after a first failure; it doubles with each further one.'),
    longestRetrySeconds: longestRetry.default(900).describe('The wait stops growing here.'),
  })
  .refine((replies) => replies.longestRetrySeconds >= replies.firstRetrySeconds, {
    path: ['longestRetrySeconds'],
    error: retryOrderMessage,
  })
  .describe('From the tracker to citizens');

const keptDays = z.int().min(30).max(36_500).nullable();

const retentionSchema = z
  .strictObject({
    wordsDays: keptDays
      .default(180)
      .describe(
        'After that many days the words go: raw parts, texts of messages and replies, attachments. The longest way of a report (3, 60 and 10 working days) takes 15 weeks. `null` keeps them for good.',
      ),
    recordsDays: keptDays
      .default(730)
      .describe(
        'After that many days everything about a message goes, and its sender with the last of them: a year of service can be looked back on for another. `null` keeps it for good.',
      ),
    openTicketsDays: z
      .int()
      .min(30)
      .max(36_500)
      .default(365)
      .describe(
        'What is under way is kept, whatever its age. But an open ticket of which the tracker said nothing for that many days counts as closed.',
      ),
    schedule: z
      .string()
      .refine(
        (text) => validateSchedule(text),
        'expected a cron expression such as `41 * * * *` (each hour) or `0 2 * * *` (at 2)',
      )
      .default('41 * * * *')
      .describe(
        'When it runs, as a cron expression in local time. It works in small batches, beside the flow of messages.',
      ),
  })
  .refine(({ wordsDays, recordsDays }) => recordsDays === null || (wordsDays ?? recordsDays) <= recordsDays, {
    path: ['recordsDays'],
    error: 'must not be shorter than `wordsDays`: the words go with the records',
  })
  .describe(
    'How long the store keeps what is settled, counted from receipt; not before 30 days after the last news of it',
  );

const drainSchema = z
  .strictObject({
    withinSeconds: z
      .number()
      .min(10)
      .max(120)
      .default(20)
      .describe(
        'How long it may take in all. What is not at its end by then is left to its lease, and comes again after the next start. Keep it under what systemd (`TimeoutStopSec`) or Kubernetes (`terminationGracePeriodSeconds`) allow.',
      ),
  })
  .describe('Letting what is under way come to its end: at a stop, and where one channel gives its links up');

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as "21:00", in quotes: YAML reads 21:00 as a number');

const conversationSchema = z
  .strictObject({
    askPlace: z
      .boolean()
      .default(true)
      .describe('Whether the acknowledgement of a complaint without a place asks for it. The report goes on at once.'),
    placeAnswerHours: z
      .number()
      .positive()
      .max(24 * 30)
      .default(24)
      .describe('How long a message may be the answer to that question.'),
    needsInfoAnswerDays: z
      .number()
      .positive()
      .max(365)
      .default(14)
      .describe("How long a message may be the answer to an agency's question, unless the ticket moves on before."),
    sameTextMinutes: z
      .number()
      .min(0)
      .max(24 * 60)
      .default(60)
      .describe(
        'Within this time a text almost like an earlier one of the same sender is flagged `possible_duplicate`.',
      ),
    answersInWindow: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10)
      .describe('So many direct answers somebody gets within the window; then one more says that all is kept.'),
    answerWindowMinutes: z
      .number()
      .positive()
      .max(24 * 60)
      .default(10)
      .describe('That window. What is written in it is handled all the same.'),
    quietHours: z
      .strictObject({
        from: clockTime.default('21:00').describe('From then on, status notices wait.'),
        to: clockTime.default('06:00').describe('Until then. The same as `from`: they never wait.'),
      })
      .prefault({})
      .describe('By the time zone of the place, else `replies.timeZone`. Direct answers never wait'),
  })
  .describe('How citizens are answered');

const logSchema = z
  .strictObject({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('The least level that is written.'),
  })
  .describe(
    'The log, on standard error, without addresses and message texts: JSON lines; on a terminal, lines to read',
  );

const telcoSchema = z.strictObject({
  port: port.describe('The loopback port to which the channel binds.'),
  systemId: z.string().min(1).max(15).describe('What the channel must give as its system id.'),
  password: z.string().min(1).max(64).describe('What the channel must give as its password.'),
  address: z.string().min(1).max(20).default('1708').describe('The number that citizens text.'),
});

const channelId = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'expected small letters, digits and -, beginning with a letter');

const simulatorsSchema = z
  .strictObject({
    smsc: z
      .strictObject({
        controlPort: port.default(17_080).describe('Where `lapor-gateway text` reaches the simulator.'),
        telcos: z
          .record(channelId, telcoSchema)
          .refine(hasEntries, 'expected at least one telco')
          .describe('The telcos by name.'),
      })
      .optional()
      .describe('A simulated SMSC.'),
    x: z
      .strictObject({
        port: port.default(17_090).describe('The loopback port of its API: the `apiUrl` of the channel.'),
        controlPort: port.default(17_091).describe('Where `lapor-gateway tweet` reaches the simulator.'),
        handle: z
          .string()
          .regex(/^\w{1,15}$/)
          .default('lapor1708')
          .describe('The account that citizens mention.'),
        file: z
          .string()
          .min(1)
          .optional()
          .describe(
            'Where it keeps posts over a restart. Without it they are gone, as if their authors had deleted them.',
          ),
      })
      .optional()
      .describe('A simulated X (Twitter).'),
  })
  .describe('Peers that `start` runs beside the gateway, on loopback. Leave them out in production');

/** Sections that have defaults may be left out. */
export const gatewaySchema = z.strictObject({
  server: serverSchema.prefault({}),
  store: storeSchema.prefault({}),
  tracker: adapterBlock.describe('The core tracker: `adapter`, and the keys of that adapter'),
  channels: z
    .record(channelId, channelBlock)
    .refine(hasEntries, 'expected at least one channel')
    .describe('The channels by name: small letters, digits and `-`. Each has `adapter`, and the keys of that adapter'),
  intake: intakeSchema.prefault({}),
  media: mediaSchema.prefault({}),
  forward: forwardSchema.prefault({}),
  replies: repliesSchema.prefault({}),
  conversation: conversationSchema.prefault({}),
  retention: retentionSchema.prefault({}),
  drain: drainSchema.prefault({}),
  log: logSchema.prefault({}),
  simulators: simulatorsSchema.optional(),
});

export type GatewaySections = z.output<typeof gatewaySchema>;

function hasEntries(record: object): boolean {
  return Object.keys(record).length > 0;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
