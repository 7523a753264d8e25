import { createServer, type RequestListener, type Server } from 'node:http';
import { forgetOldest } from '../bounded.js';
import { Changes } from '../changes.js';
import { closeHttp, listen } from '../http.js';
import type { CitizenText, TextRecord, TextView } from './citizenText.js';
import { Handsets, type InboxMessage } from './handsets.js';
import { networkOf, normaliseMsisdn } from './numbers.js';
import { SmscRefusal } from './refusal.js';
import { type SwitchesInput, switchesSchema } from './switches.js';
import { Telco } from './telco.js';

export interface TelcoOptions {
  readonly name: string;
  /** Any free port when left out or 0. */
  readonly port?: number;
  readonly systemId: string;
  readonly password: string;
  /** The short code that citizens write to; 1708 when left out. */
  readonly address?: string;
  readonly maxBinds?: number;
  /** How the telco behaves from the start, and again after a reset. */
  readonly switches?: SwitchesInput;
}

export interface SmscOptions {
  readonly telcos: readonly TelcoOptions[];
  /** 127.0.0.1 when left out. */
  readonly host?: string;
  /** Any free port when left out or 0. */
  readonly controlPort?: number;
  /** How long an unacknowledged delivery rests before it is sent again; 5 s. */
  readonly retryIntervalMs?: number;
  /** How long the ESME has to answer; 10 s. */
  readonly responseTimeoutMs?: number;
  /** Unacknowledged deliveries on one link; 100. */
  readonly windowPerLink?: number;
  /** Deliveries that wait at one telco; 200,000. More are refused. */
  readonly maxQueued?: number;
  readonly log?: (line: string) => void;
}

const defaults = {
  host: '127.0.0.1',
  address: '1708',
  maxBinds: 10,
  retryIntervalMs: 5_000,
  responseTimeoutMs: 10_000,
  windowPerLink: 100,
  maxQueued: 200_000,
} as const;

const maxRememberedTexts = 50_000;

/** Which telco carries a text is inferred from the number's prefix when left out. */
export type TextRequest = CitizenText & { readonly telco?: string | undefined };

/** Several telcos in one process, each on its own port, and the citizens' handsets that they share. */
export class Smsc {
  readonly changes = new Changes();
  readonly handsets = new Handsets(this.changes);
  readonly #telcos: ReadonlyMap<string, Telco>;
  readonly #texts = new Map<string, TextRecord>();
  readonly #control: Server = createServer();
  #controlPort = 0;
  #lastText = 0;

  constructor(private readonly options: SmscOptions) {
    this.#telcos = new Map(options.telcos.map((telco) => [telco.name, this.#telco(telco)]));
    if (this.#telcos.size === 0 || this.#telcos.size < options.telcos.length) {
      throw new RangeError('An SMSC needs at least one telco, and a name of its own for each');
    }
  }

  get controlPort(): number {
    return this.#controlPort;
  }

  get telcos(): readonly Telco[] {
    return [...this.#telcos.values()];
  }

  /** Opens every port, `control` serving the control port. On a fault, what was opened is closed again. */
  async open(control: RequestListener): Promise<void> {
    try {
      this.#control.on('request', control);
      for (const telco of this.telcos) await telco.open();
      this.#controlPort = await listen(this.#control, this.#host, this.options.controlPort ?? 0);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Unbinds politely and closes everything. */
  async close(): Promise<void> {
    await Promise.all([closeHttp(this.#control), ...this.telcos.map((telco) => telco.close())]);
  }

  /** @throws SmscRefusal */
  telco(name: string): Telco {
    const telco = this.#telcos.get(name);
    if (telco === undefined) {
      throw new SmscRefusal(
        'unknown_telco',
        `No telco "${name}" here. There is: ${[...this.#telcos.keys()].join(', ')}`,
      );
    }
    return telco;
  }

  /** A citizen sends an SMS. @throws SmscRefusal */
  text(request: TextRequest): TextView {
    const from = this.msisdn(request.from);
    const telco = request.telco === undefined ? this.#telcoOf(from) : this.telco(request.telco);
    this.#lastText += 1;
    const record = sent(telco, `t${this.#lastText}`, { ...request, from });
    this.#texts.set(record.id, record);
    forgetOldest(this.#texts, maxRememberedTexts);
    return viewOf(record);
  }

  /** Where a text stands; undefined when there was no such text, or it is long ago. */
  textView(id: string): TextView | undefined {
    const record = this.#texts.get(id);
    return record && viewOf(record);
  }

  /** Waits until a text is acknowledged or dropped, and tells where it stands then, or when the time is up. */
  async settledText(id: string, waitMs: number, signal?: AbortSignal): Promise<TextView | undefined> {
    const look = () => (this.#texts.get(id)?.settled ? true : undefined);
    await this.changes.until(look, waitMs, signal);
    return this.textView(id);
  }

  /** New messages on a citizen's handset, waiting up to `waitMs` for one. @throws SmscRefusal */
  inbox(number: string, after = 0, waitMs = 0, signal?: AbortSignal): Promise<readonly InboxMessage[]> {
    return this.handsets.newMessages(this.msisdn(number), after, waitMs, signal);
  }

  /** @returns whether so many ESMEs are bound to the telco before the time is up. @throws SmscRefusal */
  async bound(name: string, binds = 1, waitMs = 10_000, signal?: AbortSignal): Promise<boolean> {
    const telco = this.telco(name);
    const look = () => (telco.bindings.length === binds ? true : undefined);
    return (await this.changes.until(look, waitMs, signal)) ?? false;
  }

  /** @throws SmscRefusal */
  msisdn(number: string): string {
    const msisdn = normaliseMsisdn(number);
    if (msisdn === null) {
      throw new SmscRefusal(
        'bad_number',
        'That is no phone number. Expected digits, such as 081234567890 or +6281234567890',
      );
    }
    return msisdn;
  }

  #telcoOf(msisdn: string): Telco {
    const network = networkOf(msisdn);
    const named = network === null ? undefined : this.#telcos.get(network);
    const [first] = this.telcos;
    return named ?? (first as Telco);
  }

  get #host(): string {
    return this.options.host ?? defaults.host;
  }

  #telco(telco: TelcoOptions): Telco {
    const { options } = this;
    return new Telco(
      {
        name: telco.name,
        host: this.#host,
        port: telco.port ?? 0,
        systemId: telco.systemId,
        password: telco.password,
        address: telco.address ?? defaults.address,
        maxBinds: telco.maxBinds ?? defaults.maxBinds,
        switches: switchesSchema.parse(telco.switches ?? {}),
        outbox: {
          retryIntervalMs: options.retryIntervalMs ?? defaults.retryIntervalMs,
          responseTimeoutMs: options.responseTimeoutMs ?? defaults.responseTimeoutMs,
          windowPerLink: options.windowPerLink ?? defaults.windowPerLink,
          maxQueued: options.maxQueued ?? defaults.maxQueued,
        },
      },
      { handsets: this.handsets, changes: this.changes, log: options.log ?? (() => undefined) },
    );
  }
}

function sent(telco: Telco, id: string, citizen: CitizenText): TextRecord {
  let record: TextRecord | null;
  try {
    record = telco.text(id, citizen);
  } catch (error) {
    if (error instanceof RangeError) throw new SmscRefusal('too_long', error.message);
    throw error;
  }
  if (record === null) {
    throw new SmscRefusal(
      'queue_full',
      `${telco.settings.name} holds ${telco.queued} deliveries and takes no more for now`,
    );
  }
  return record;
}

function viewOf({ id, telco, state, parts, acknowledgedParts, retries, lastError }: TextRecord): TextView {
  return { id, telco, state, parts, acknowledgedParts, retries, lastError };
}
