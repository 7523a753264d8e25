import * as z from 'zod';

export const telegramConfigSchema = z
  .strictObject({
    /** Of the bot, as people search for it: @lapor1708_bot. */
    address: z
      .string('expected the bot’s name')
      .regex(/^@\w{5,32}$/, 'expected the bot’s name, such as "@lapor1708_bot"'),
    token: z
      .string('expected the token that @BotFather gave')
      .regex(/^\d+:[\w-]{20,}$/, 'expected the token that @BotFather gave: digits, a colon, letters'),
    receive: z.enum(['polling', 'webhook'], 'expected polling or webhook').default('polling'),
    /** Telegram sends it with each webhook. */
    webhookSecret: z
      .string()
      .regex(/^[\w-]{16,256}$/, 'expected 16 to 256 letters, digits, _ and -')
      .optional(),
    apiUrl: z
      .url({ protocol: /^https?$/, error: 'expected the base URL of the Bot API' })
      .overwrite((url) => url.replace(/\/+$/, ''))
      .default('https://api.telegram.org'),
    pollSeconds: z.int().min(0).max(50).default(50),
    retrySeconds: z.number().positive().max(300).default(2),
    timeoutSeconds: z.number().min(0.1).max(300).default(20),
  })
  .refine((config) => config.receive !== 'webhook' || config.webhookSecret !== undefined, {
    path: ['webhookSecret'],
    message: 'missing; by it webhooks are known to be Telegram’s',
  });

export type TelegramConfig = z.output<typeof telegramConfigSchema>;
