import * as z from 'zod';
import { defaultAlphabets } from './codec/dataCoding.js';
import { telcoKeys } from './profile.js';
import { receiptIdForms } from './receiptIds.js';

/** What a bind is for: both ways on one connection, or one connection each way. */
export const bindModes = ['transceiver', 'separate'] as const;

const maxSessions = 32;
const maxWindow = 1_000;
const maxThroughputPerSecond = 100_000;
const maxSeconds = 86_400;
const maxSegments = 10;

const host = z
  .string('give the name or IP address of the SMSC')
  .regex(/^[^\s:/]+$|^[0-9a-fA-F:]+$/, 'give a name or IP address alone; the port has its own key');

/** C-octet strings: printable ASCII, and no longer than the specification's field less its NUL (SMPP 3.4 §4.1.1). */
function ascii(max: number) {
  return z
    .string(`expected a text of at most ${max} ASCII characters; quote it if it is a number`)
    .max(max, `at most ${max} characters fit the field`)
    .regex(/^[\x20-\x7e]*$/, 'only printable ASCII can be sent');
}

const anythingButBlanks = /^$|\S/;

function seconds(fallback: number) {
  return z.number('expected a number of seconds').positive('must be over 0').max(maxSeconds).default(fallback);
}

function octet(fallback: number, meaning: string) {
  return z.int(`expected a number from 0 to 255: ${meaning}`).min(0).max(255).default(fallback);
}

function upTo(max: number, fallback: number, what: string) {
  const message = `expected a whole number of ${what} from 1 to ${max}`;
  return z.int(message).min(1, message).max(max, message).default(fallback);
}

/** A file is relative to the gateway's working directory; `${file:…}` brings the text itself, relative to the config. */
const pem = z.string('expected the name of a PEM file, or its text').min(1, 'the name of the file is empty');

const tls = z
  .strictObject({
    ca: z.preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(pem).min(1).optional()),
    cert: pem.optional(),
    key: pem.optional(),
    passphrase: z.string('expected the passphrase of `key`').optional(),
    serverName: z.string('expected the name in the certificate of the peer').min(1).optional(),
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3'], 'expected TLSv1.2 or TLSv1.3').default('TLSv1.2'),
    verify: z.boolean('expected true or false').default(true),
  })
  .check(
    z.refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
      path: ['key'],
      message: 'cert and key belong together: give both or none',
    }),
  );

/** What `link` alone is about: transport, hosts, receipts. */
const linkKeys = {
  /** `true` is TLS with the defaults of `tls`. */
  tls: z.preprocess(tlsGiven, tls.nullable()).default(null),
  returnToFirstHostSeconds: seconds(300),
  receiptIdForm: z
    .enum(['learned', ...receiptIdForms], `expected learned, ${receiptIdForms.join(', ')}`)
    .default('learned'),
};

function tlsGiven(given: unknown): unknown {
  if (given === true) return {};
  return given === false || given === undefined ? null : given;
}

const block = z.strictObject({
  ...linkKeys,
  host: host.optional(),
  hosts: z.array(host, 'expected a list of names or IP addresses').min(1, 'the list is empty').max(16).optional(),
  port: z.int('expected a TCP port').min(1, 'expected a TCP port').max(65_535, 'expected a TCP port').default(2775),
  systemId: ascii(15).min(1, 'must not be empty').regex(anythingButBlanks, 'must not be blank'),
  // The field holds 8, but peers are known that give out longer ones and read them.
  password: ascii(64).min(1, 'must not be empty').regex(anythingButBlanks, 'must not be blank'),
  systemType: ascii(12).default(''),
  bind: z
    .enum(bindModes, `expected ${bindModes.join(' or ')} (a receiver and a transmitter for each session)`)
    .default('transceiver'),
  sessions: upTo(maxSessions, 1, 'sessions'),
  address: ascii(20).min(1, 'must not be empty'),
  addressRange: ascii(40).default(''),
  sourceTon: octet(3, 'type of number of `address`, 3 (network specific) for a short code'),
  sourceNpi: octet(0, 'numbering plan of `address`'),
  destTon: octet(1, 'type of number of a citizen, 1 for international'),
  destNpi: octet(1, 'numbering plan of a citizen, 1 for ISDN'),
  serviceType: ascii(5).default(''),
  window: upTo(maxWindow, 10, 'outstanding submit_sm'),
  throughputPerSecond: z
    .number('expected a number of submit_sm a second')
    .positive('must be over 0')
    .max(maxThroughputPerSecond)
    .default(50),
  enquireLinkSeconds: seconds(30),
  responseTimeoutSeconds: seconds(30),
  connectTimeoutSeconds: seconds(10),
  reconnectMinSeconds: seconds(1),
  reconnectMaxSeconds: seconds(60),
  refusedRetrySeconds: seconds(300),
  defaultAlphabet: z
    .enum(defaultAlphabets, `expected what data_coding 0 means to this SMSC: ${defaultAlphabets.join(', ')}`)
    .default('gsm7'),
  countryCode: z
    .string('expected a country code, quoted')
    .regex(/^[1-9]\d{0,2}$/, 'expected a country code without + or zeros, such as "62"')
    .default('62'),
  receipts: z.boolean('expected true or false').default(true),
  maxSegments: upTo(maxSegments, 4, 'segments'),
  ...telcoKeys,
});

type Block = z.output<typeof block>;

export type TlsConfig = z.output<typeof tls>;

export type SmppConfig = Omit<Block, 'host' | 'hosts'> & {
  /** The first is the one that is wanted, the others are for when it is away. Never empty. */
  readonly hosts: readonly [string, ...string[]];
};

/** `when` lets a check of several keys run beside faults in others, so that all are named at once. */
export const smppConfigSchema = block
  .check(
    crossCheck(({ host, hosts }) => host === undefined && hosts === undefined, 'host', 'missing: give host, or hosts'),
    crossCheck(({ host, hosts }) => host !== undefined && hosts !== undefined, 'hosts', 'give host or hosts, not both'),
    crossCheck(
      ({ reconnectMinSeconds: min, reconnectMaxSeconds: max }) => min !== undefined && max !== undefined && min > max,
      'reconnectMinSeconds',
      'must not be over reconnectMaxSeconds',
    ),
  )
  .transform(({ host, hosts, ...rest }): SmppConfig => ({ ...rest, hosts: listOfHosts(host, hosts) }));

function listOfHosts(host: string | undefined, hosts: readonly string[] | undefined): [string, ...string[]] {
  const [first = '', ...others] = hosts ?? (host === undefined ? [] : [host]);
  return [first, ...others];
}

function crossCheck(isWrong: (given: Partial<Block>) => boolean, key: keyof Block, message: string) {
  return z.refine<Block>((given) => typeof given !== 'object' || given === null || !isWrong(given), {
    path: [key],
    message,
    when: () => true,
  });
}
