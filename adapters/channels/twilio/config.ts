import * as z from 'zod';

const sid = (prefix: string, what: string) =>
  z
    .string(`expected ${what}: ${prefix} and 32 hexadecimal digits`)
    .regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `expected ${what}: ${prefix} and 32 hexadecimal digits`);

export const twilioConfigSchema = z
  .strictObject({
    accountSid: sid('AC', 'the SID of the account'),
    /** Also what webhooks are signed with, when an API key is used for the rest. */
    authToken: z.string('expected the auth token of the account').min(1, 'must not be empty'),
    apiKey: z.strictObject({ sid: sid('SK', 'the SID of an API key'), secret: z.string().min(1) }).optional(),
    /** The number that citizens text, in E.164, or a short code. */
    address: z
      .string('expected the number, quoted')
      .regex(/^(\+[1-9]\d{6,14}|\d{3,8})$/, 'expected a number such as "+15551234567", or a short code')
      .optional(),
    /** Chooses among several numbers; replies go out by it where it is given. */
    messagingServiceSid: sid('MG', 'the SID of a messaging service').optional(),
    countryCode: z
      .string('expected a country code, quoted')
      .regex(/^[1-9]\d{0,2}$/, 'expected a country code without + or zeros, such as "62"')
      .default('62'),
    apiUrl: z
      .url({ protocol: /^https?$/, error: 'expected the base URL of the API' })
      .overwrite((url) => url.replace(/\/+$/, ''))
      .default('https://api.twilio.com'),
    timeoutSeconds: z.number().min(0.1).max(300).default(20),
    connections: z.int().min(1).max(256).default(8),
    /** How often messages are listed, to find those whose webhook was lost. 0: never. */
    reconcileMinutes: z.number().min(0).max(1_440).default(15),
    /** Hosts to which the API may send us for the octets of media, without our credentials. */
    mediaHosts: z.array(z.string().min(1)).max(16).default([]),
  })
  .refine(hasSender, {
    path: ['address'],
    message: 'give address, messagingServiceSid or both: who sends the replies',
    // Beside faults in other keys, so that all are named at once.
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

function hasSender(config: { readonly address?: unknown; readonly messagingServiceSid?: unknown }): boolean {
  return config.address !== undefined || config.messagingServiceSid !== undefined;
}

export type TwilioConfig = z.output<typeof twilioConfigSchema>;
