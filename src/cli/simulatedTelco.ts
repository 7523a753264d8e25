import * as z from 'zod';
import { ControlApi, type SimulatorAddress } from './controlApi.js';

const textStateSchema = z.object({
  id: z.string(),
  telco: z.string(),
  parts: z.number(),
  state: z.enum(['queued', 'delivered', 'retrying', 'acknowledged', 'dropped']),
  lastError: z.number().nullable(),
});

const inboxSchema = z.object({
  messages: z.array(
    z.object({ n: z.number(), from: z.string(), text: z.string(), segments: z.number(), encoding: z.string() }),
  ),
});

export type TextState = z.output<typeof textStateSchema>;
export type InboxMessage = z.output<typeof inboxSchema>['messages'][number];

const simulatedTelco = {
  what: 'simulated telco',
  start: 'Start it with `npm start` (the default config brings three), or alone with `lapor-gateway simulate smsc`.',
};

/** A citizen's phone, by way of the simulated SMSC's control API. Methods throw SimulatorFault. */
export class SimulatedPhone {
  readonly #api: ControlApi;

  constructor(
    address: SimulatorAddress,
    private readonly number: string,
  ) {
    this.#api = new ControlApi(address, simulatedTelco);
  }

  /** @param telco inferred from the number when undefined. */
  async send(text: string, telco: string | undefined): Promise<TextState> {
    return textStateSchema.parse(await this.#api.post('/texts', { from: this.number, text, telco }));
  }

  async state(textId: string): Promise<TextState> {
    return textStateSchema.parse(await this.#api.get(`/texts/${encodeURIComponent(textId)}`));
  }

  /** Messages numbered over `after`, waiting up to `waitMs` for one. None when `signal` fires. */
  async inbox(after = 0, waitMs = 0, signal?: AbortSignal): Promise<readonly InboxMessage[]> {
    const path = `/handsets/${encodeURIComponent(this.number)}/messages?after=${after}&waitMs=${waitMs}`;
    const inbox = await this.#api.getUnless(path, signal);
    return inbox === undefined ? [] : inboxSchema.parse(inbox).messages;
  }
}
