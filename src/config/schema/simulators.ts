import * as z from 'zod';
import { channelId, hasEntries, port } from './values.js';

const telcoSchema = z.strictObject({
  port: port.describe('The loopback port to which the channel binds.'),
  systemId: z.string().min(1).max(15).describe('What the channel must give as its system id.'),
  password: z.string().min(1).max(64).describe('What the channel must give as its password.'),
  address: z.string().min(1).max(20).default('1708').describe('The number that citizens text.'),
});

export const simulatorsSchema = z
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
