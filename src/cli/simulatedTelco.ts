import * as z from 'zod';

/** Where the simulated SMSC's control API listens. */
export interface SimulatorAddress {
  readonly host: string;
  readonly controlPort: number;
}

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

const faultSchema = z.object({ message: z.string() });

export type TextState = z.output<typeof textStateSchema>;
export type InboxMessage = z.output<typeof inboxSchema>['messages'][number];

/** What went wrong, in words for the person at the terminal. */
export class SimulatedTelcoFault extends Error {}

/** A citizen's phone, by way of the simulated SMSC's control API. Methods throw SimulatedTelcoFault. */
export class SimulatedPhone {
  readonly #base: string;

  constructor(
    address: SimulatorAddress,
    private readonly number: string,
  ) {
    this.#base = `http://${address.host}:${address.controlPort}`;
  }

  /** @param telco inferred from the number when undefined. */
  async send(text: string, telco: string | undefined): Promise<TextState> {
    const body = JSON.stringify({ from: this.number, text, telco });
    return textStateSchema.parse(await this.#call('/texts', { method: 'POST', body }));
  }

  async state(textId: string): Promise<TextState> {
    return textStateSchema.parse(await this.#call(`/texts/${encodeURIComponent(textId)}`));
  }

  /** Messages numbered over `after`, waiting up to `waitMs` for one. None when `signal` fires. */
  async inbox(after = 0, waitMs = 0, signal?: AbortSignal): Promise<readonly InboxMessage[]> {
    const path = `/handsets/${encodeURIComponent(this.number)}/messages?after=${after}&waitMs=${waitMs}`;
    try {
      return inboxSchema.parse(await this.#call(path, signal ? { signal } : {})).messages;
    } catch (error) {
      if (signal?.aborted) return [];
      throw error;
    }
  }

  async #call(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await fetch(`${this.#base}${path}`, init).catch((error: unknown) => {
      throw new SimulatedTelcoFault(
        `No simulated telco at ${this.#base.replace('http://', '')}. Start it with \`npm start\` (the default config brings ` +
          'three), or alone with `lapor-gateway simulate smsc`.',
        { cause: error },
      );
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok && body !== undefined) return body;
    const fault = faultSchema.safeParse(body);
    throw new SimulatedTelcoFault(
      fault.success
        ? fault.data.message
        : `What answers at ${this.#base} is no simulated telco: it answered ${response.status}.`,
    );
  }
}
