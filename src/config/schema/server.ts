import * as z from 'zod';
import { parseNetwork } from '../../domain/network.js';
import { port } from './values.js';

export const serverSchema = z
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
