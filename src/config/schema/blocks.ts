import * as z from 'zod';

export const adapterBlock = z.looseObject({ adapter: z.string().min(1) });

export const channelBlock = adapterBlock.extend({
  profile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A block of keys that channels share, such as what one telco asks for. The keys of the channel win over it.',
    ),
});
