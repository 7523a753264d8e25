import { createServer, type Server } from 'node:net';
import type { Changes } from '../changes.js';
import { listen } from '../http.js';
import { Timers } from '../timers.js';
import { arrange, type CitizenText, TextRecord } from './citizenText.js';
import type { Frame } from './framing.js';
import type { Handsets } from './handsets.js';
import { statusName, statusOf } from './library.js';
import { type Binding, type BindMode, decode, EsmeLink } from './link.js';
import { type MalformedKind, malformedPdu } from './malformed.js';
import { type Delivery, Outbox, type OutboxOptions } from './outbox.js';
import { type Segment, segmentsOf } from './segments.js';
import { SubmitDesk } from './submitDesk.js';
import type { Switches } from './switches.js';

export interface TelcoSettings {
  readonly name: string;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly systemId: string;
  readonly password: string;
  /** The short code that citizens write to. */
  readonly address: string;
  readonly maxBinds: number;
  /** What the telco starts with and returns to on reset. */
  readonly switches: Switches;
  readonly outbox: OutboxOptions;
}

export interface TelcoContext {
  readonly handsets: Handsets;
  readonly changes: Changes;
  /** Told what happens to links; never an address or a text. */
  readonly log: (line: string) => void;
}

/** An ESME has this long to bind (the session_init_timer of SMPP 3.4 §7.2). */
const sessionInitMs = 30_000;
const unbindWaitMs = 1_000;
const interfaceVersion34 = 0x34;

type RequestName = 'bind' | 'submit_sm' | 'enquire_link' | 'unbind';

const requestNames: Readonly<Record<number, RequestName>> = {
  1: 'bind',
  2: 'bind',
  4: 'submit_sm',
  6: 'unbind',
  9: 'bind',
  21: 'enquire_link',
};

const bindModes: Readonly<Record<number, BindMode>> = {
  1: 'receiver',
  2: 'transmitter',
  9: 'transceiver',
};

/** One telco: its SMPP port, the ESMEs bound to it, and the citizens' texts on their way to them. */
export class Telco {
  #switches: Switches;
  readonly #links = new Set<EsmeLink>();
  readonly #outbox: Outbox;
  readonly #desk: SubmitDesk;
  readonly #server: Server;
  readonly #throttling = new Timers();
  readonly #counts = {
    binds: 0,
    refusedBinds: 0,
    acknowledgedParts: 0,
    droppedParts: 0,
    retriedParts: 0,
    /** Of the retried ones, those that the ESME answered with a temporary error. */
    refusedParts: 0,
  };
  #port = 0;
  #turn = 0;
  #reference = 0;
  #pdusUntilDrop: number | null;

  constructor(
    readonly settings: TelcoSettings,
    private readonly context: TelcoContext,
  ) {
    this.#switches = settings.switches;
    this.#pdusUntilDrop = settings.switches.dropAfter;
    this.#outbox = new Outbox(settings.outbox, (windowPerLink) => this.#pickLink(windowPerLink));
    this.#desk = new SubmitDesk({
      handsets: context.handsets,
      outbox: this.#outbox,
      switches: () => this.#switches,
    });
    this.#server = createServer((socket) => this.#connected(new EsmeLink(socket, this.#events)));
    this.#server.maxConnections = 2 * settings.maxBinds + 8;
  }

  get port(): number {
    return this.#port;
  }

  get switches(): Switches {
    return this.#switches;
  }

  /** Parts and receipts that the ESME has not acknowledged yet. */
  get queued(): number {
    return this.#outbox.queued;
  }

  get counts(): Readonly<Record<string, number>> {
    return { ...this.#counts, ...this.#desk.counts };
  }

  get bindings(): readonly Binding[] {
    return [...this.#links].flatMap(({ binding }) => (binding === null ? [] : [binding]));
  }

  async open(): Promise<void> {
    this.#port = await listen(this.#server, this.settings.host, this.settings.port);
  }

  /** Unbinds politely, waits a second at most for the answers, then closes. */
  async close(): Promise<void> {
    this.#throttling.clear();
    this.#desk.close();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    await this.unbind();
    for (const link of this.#links) link.cut();
    await closed;
    this.#outbox.close();
  }

  setSwitches(switches: Switches): void {
    this.#switches = switches;
    this.#pdusUntilDrop = switches.dropAfter;
    this.#throttling.clear();
    const seconds = switches.refuseSubmits?.forSeconds;
    if (seconds !== undefined) {
      this.#throttling.after(seconds * 1000, () => this.setSwitches({ ...switches, refuseSubmits: null }));
    }
    this.#outbox.pump();
  }

  /**
   * A citizen sends an SMS to the short code.
   * @returns null when the queue is full.
   * @throws RangeError when the text needs more than 255 parts.
   */
  text(id: string, citizen: CitizenText): TextRecord | null {
    this.#reference = (this.#reference + 1) & 0xffff;
    const form = citizen.form ?? this.#switches.longTextForm;
    const segments = segmentsOf(citizen.text, form, this.#reference, citizen.encoding);
    const parts = arrange(segments, this.#switches);
    if (!this.#outbox.roomFor(parts.length)) return null;
    const record = new TextRecord(id, this.settings.name, parts.length);
    this.#outbox.enqueue(parts.map((part) => this.#delivery(citizen, part, record)));
    return record;
  }

  dropConnections(): void {
    for (const link of this.#links) link.cut();
  }

  /** Asks every bound ESME to go, as a telco does before maintenance. */
  async unbind(): Promise<void> {
    await Promise.all([...this.#links].map((link) => unbind(link)));
  }

  /** @returns false when nothing was acknowledged yet. */
  redeliverLast(): boolean {
    return this.#outbox.redeliverLast();
  }

  /** Writes a malformed PDU to a receiving link. @returns false when there is none. */
  inject(kind: MalformedKind): boolean {
    const link = [...this.#links].find(({ receives }) => receives);
    return link?.write(malformedPdu(kind, link.nextSequenceNumber())) ?? false;
  }

  #delivery(citizen: CitizenText, part: Segment, record: TextRecord): Delivery {
    return {
      lane: citizen.from,
      fields: {
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: citizen.from,
        destination_addr: citizen.to ?? this.settings.address,
        ...part,
      },
      onState: (state, status) => {
        if (state === 'acknowledged') this.#counts.acknowledgedParts += 1;
        if (state === 'dropped') this.#counts.droppedParts += 1;
        if (state === 'retrying') this.#counts.retriedParts += 1;
        if (state === 'retrying' && status !== undefined) this.#counts.refusedParts += 1;
        record.partIs(state, status);
        this.context.changes.notify();
      },
    };
  }

  /** Links with room take turns. */
  #pickLink(windowPerLink: number): EsmeLink | null {
    if (this.#switches.silent === 'all') return null;
    const open = [...this.#links].filter((link) => link.receives && link.outstanding < windowPerLink);
    this.#turn += 1;
    return open[this.#turn % open.length] ?? null;
  }

  #connected(link: EsmeLink): void {
    this.#links.add(link);
    link.cutUnlessBoundIn(sessionInitMs);
  }

  readonly #events = {
    onFrame: (link: EsmeLink) => this.#countDown(link),
    onRequest: (link: EsmeLink, frame: Frame) => this.#handle(link, frame),
    onClose: (link: EsmeLink) => {
      this.#links.delete(link);
      this.context.log(`${this.settings.name}: a connection closed`);
      this.context.changes.notify();
      this.#outbox.pump();
    },
  };

  #countDown(link: EsmeLink): void {
    if (this.#pdusUntilDrop === null) return;
    this.#pdusUntilDrop -= 1;
    if (this.#pdusUntilDrop > 0) return;
    this.#pdusUntilDrop = null;
    link.cut();
  }

  #handle(link: EsmeLink, frame: Frame): void {
    const name = requestNames[frame.commandId];
    if (this.#switches.silent === 'all' || this.#switches.silent === name) return;
    if (name === undefined) link.nack(frame, 'ESME_RINVCMDID');
    else this.#requests[name](link, frame);
  }

  readonly #requests: Readonly<Record<RequestName, (link: EsmeLink, frame: Frame) => void>> = {
    bind: (link, frame) => this.#bind(link, frame, bindModes[frame.commandId] ?? 'transceiver'),
    submit_sm: (link, frame) => this.#desk.handle(link, frame),
    enquire_link: (link, frame) => link.respond(frame, 'enquire_link_resp', {}),
    unbind: (link, frame) => {
      link.respond(frame, 'unbind_resp', {});
      link.end();
    },
  };

  #bind(link: EsmeLink, frame: Frame, mode: BindMode): void {
    const refusal = this.#bindRefusal(link, frame);
    if (refusal !== null) {
      this.#counts.refusedBinds += 1;
      this.context.log(`${this.settings.name}: refused a bind as ${mode}: ${statusName(refusal)}`);
      link.respond(frame, `bind_${mode}_resp`, { command_status: refusal });
      return;
    }
    link.binding = { systemId: this.settings.systemId, mode, sinceMs: Date.now() };
    this.#counts.binds += 1;
    this.context.log(`${this.settings.name}: bound as ${mode}`);
    link.respond(frame, `bind_${mode}_resp`, {
      system_id: this.settings.name,
      sc_interface_version: interfaceVersion34,
    });
    this.context.changes.notify();
    this.#outbox.pump();
  }

  #bindRefusal(link: EsmeLink, frame: Frame): number | null {
    const { systemId, password, maxBinds } = this.settings;
    const { refuseBinds } = this.#switches;
    const bind = decode(frame);
    if (bind === null) return statusOf('ESME_RINVCMDLEN');
    if (refuseBinds !== null) return refuseBinds;
    if (link.binding !== null || this.bindings.length >= maxBinds) return statusOf('ESME_RALYBND');
    if (bind.system_id !== systemId) return statusOf('ESME_RINVSYSID');
    if (bind.password !== password) return statusOf('ESME_RINVPASWD');
    return null;
  }
}

async function unbind(link: EsmeLink): Promise<void> {
  if (link.binding !== null) await link.request('unbind', {}, unbindWaitMs);
  link.end();
}
