import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Changes } from '../../scripts/simulators/changes.js';
import { installHint } from './installHint.js';

/** scripts/peers/smsc.pl as a process: an SMSC on Net::SMPP, told what to do and telling what it sees. */

const script = fileURLToPath(new URL('../../../scripts/peers/smsc.pl', import.meta.url));
const patienceMs = 15_000;
const keptErrors = 4_000;

/** See the head of smsc.pl. */
export interface PeerEvent {
  readonly event: string;
  readonly [detail: string]: unknown;
}

export interface Submit extends PeerEvent {
  readonly text: string;
  readonly destination_addr: string;
  /** One for each part. */
  readonly message_ids: readonly string[];
}

export interface CitizenText {
  readonly from: string;
  readonly text: string;
  readonly coding: 'gsm7' | 'ucs2';
  readonly form: 'udh8' | 'udh16' | 'sar' | 'payload';
}

export class PerlSmsc {
  readonly #events: PeerEvent[] = [];
  readonly #changes = new Changes();
  readonly #gone = new AbortController();
  #errors = '';
  #lastId = 0;

  private constructor(private readonly child: ChildProcess) {
    if (child.stdout === null) throw new Error('smsc.pl has no output');
    createInterface(child.stdout).on('line', (line) => {
      this.#events.push(JSON.parse(line) as PeerEvent);
      this.#changes.notify();
    });
    child.once('error', (error) => {
      this.#errors = error.message;
      this.#gone.abort();
    });
    child.once('exit', () => this.#gone.abort());
    // An order to an SMSC that died is answered by `event`, with its last words.
    child.stdin?.on('error', () => undefined);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-keptErrors);
    });
  }

  static async start(systemId: string, password: string): Promise<{ smsc: PerlSmsc; port: number }> {
    const child = spawn('perl', [script, systemId, password], { stdio: ['pipe', 'pipe', 'pipe'] });
    const smsc = new PerlSmsc(child);
    try {
      const { port } = await smsc.event('listening');
      return { smsc, port: Number(port) };
    } catch (error) {
      throw new Error(`Net::SMPP cannot be used. ${installHint}`, { cause: error });
    }
  }

  /** How many events of this name there were. */
  count(name: string): number {
    return this.#events.filter(({ event }) => event === name).length;
  }

  /** The first event of this name that `fits`, past or to come. */
  async event<Found extends PeerEvent>(name: string, fits: (event: Found) => boolean = () => true): Promise<Found> {
    const look = () => this.#events.find((each): each is Found => each.event === name && fits(each as Found));
    const found = await this.#changes.until(look, patienceMs, this.#gone.signal);
    if (found !== undefined) return found;
    const seen = this.#events.map(({ event }) => event).join(', ');
    const state = this.#gone.signal.aborted ? 'The SMSC ended' : `The SMSC waited ${patienceMs} ms`;
    throw new Error(`${state} without "${name}"; it saw: ${seen}\n${this.#errors}`);
  }

  /** A citizen's text; resolves with the command_status of each part's deliver_sm_resp. */
  async deliver(text: CitizenText): Promise<readonly number[]> {
    return this.#delivered(this.#order({ do: 'deliver', ...text }));
  }

  /** A receipt, in the text, in TLVs or in both. */
  async receipt(of: string, from: string, way: 'text' | 'tlv' | 'both', stat = 'DELIVRD'): Promise<readonly number[]> {
    return this.#delivered(this.#order({ do: 'receipt', of, from, way, stat }));
  }

  /** The next submit_sm gets this error. */
  refuseNext(status: number): void {
    this.#order({ do: 'refuse', status });
  }

  /** Resolves when the ESME has answered an enquire_link of ours. */
  async enquireLink(): Promise<void> {
    const id = this.#order({ do: 'enquire_link' });
    await this.event('alive', (event) => event.id === id);
  }

  /** Resolves when the ESME has answered our unbind. */
  async unbind(): Promise<void> {
    const id = this.#order({ do: 'unbind' });
    await this.event('unbound', (event) => event.id === id);
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.stdin?.end();
    await exit;
  }

  async #delivered(id: number): Promise<readonly number[]> {
    const { statuses } = await this.event('delivered', (event) => event.id === id);
    return statuses as readonly number[];
  }

  #order(order: object): number {
    this.#lastId += 1;
    this.child.stdin?.write(`${JSON.stringify({ ...order, id: this.#lastId })}\n`);
    return this.#lastId;
  }
}
