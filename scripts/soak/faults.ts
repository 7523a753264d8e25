import { setTimeout as pause } from 'node:timers/promises';
import { type MalformedKind, malformedKinds } from '../simulators/smsc/malformed.js';
import { longTextForms, type SwitchesInput, switchesSchema } from '../simulators/smsc/switches.js';
import type { Telco } from '../simulators/smsc/telco.js';
import { type FailureInput, failureSchema } from '../simulators/tracker/failures.js';
import type { TrackerSimulator } from '../simulators/tracker/index.js';
import type { Random } from './random.js';

/** What goes wrong, how long, and how often it went wrong so far. */

const restMs = { least: 200, most: 2_000 } as const;
const faultMs = { least: 300, most: 4_000 } as const;

/** How telcos misbehave for a while. */
const telcoSwitches: Readonly<Record<string, (random: Random) => SwitchesInput>> = {
  throttling: (random) => ({ refuseSubmits: { status: 'ESME_RTHROTTLED', every: 1 + random.below(3) } }),
  'full queue': () => ({ refuseSubmits: { status: 'ESME_RMSGQFUL', every: 2 } }),
  'no answer to submit_sm': () => ({ silent: 'submit_sm' }),
  'no answer to enquire_link': () => ({ silent: 'enquire_link' }),
  silence: () => ({ silent: 'all' }),
  'slow answers': (random) => ({ responseDelayMs: random.below(1_500) }),
  'parts out of order': (random) => ({ outOfOrderParts: true, longTextForm: random.pick(longTextForms) }),
  'parts twice': (random) => ({ duplicateParts: true, longTextForm: random.pick(longTextForms) }),
  'receipts before the response': () => ({ receipts: 'before-response' }),
  'receipts twice': () => ({ receipts: 'twice' }),
  'ids in hexadecimal and decimal': () => ({ messageIdForm: 'mixed' }),
  'cut in the middle': (random) => ({ dropAfter: 1 + random.below(20) }),
};

/** What telcos do at once, and links do not outlive: what comes after is theirs to bear. */
const bindRefusals = ['ESME_RBINDFAIL', 'ESME_RALYBND', 'ESME_RINVPASWD', 'ESME_RSYSERR'] as const;

const trackerFailures: Readonly<Record<string, (random: Random) => FailureInput>> = {
  'tracker: 503': (random) => ({ status: 503, every: 1 + random.below(3) }),
  'tracker: 429': () => ({ status: 429, retryAfterSeconds: 1, every: 2 }),
  'tracker: hangs': () => ({ hang: true, every: 3 }),
  'tracker: cuts the connection': () => ({ dropConnection: true, every: 2 }),
  'tracker: files, then cuts the connection': () => ({ dropAfterStore: true, every: 2 }),
  'tracker: slow': (random) => ({ delayMs: 1 + random.below(1_000) }),
};

export class Faults {
  /** How often each came about. */
  readonly counts = new Map<string, number>();

  constructor(
    private readonly random: Random,
    private readonly stop: AbortSignal,
  ) {}

  /** Plagues a telco until `stop` fires, and leaves it well behaved. */
  async ofTelco(telco: Telco): Promise<void> {
    const { random } = this;
    const names = Object.keys(telcoSwitches);
    while (await this.#waits(random.between(restMs.least, restMs.most))) {
      const roll = random.next();
      if (roll < 0.15) this.#drop(telco);
      else if (roll < 0.2) await this.#unbind(telco);
      else if (roll < 0.3) this.#inject(telco, random.pick(malformedKinds));
      else if (roll < 0.4) await this.#refuseBinds(telco);
      else await this.#switch(telco, random.pick(names));
    }
    telco.setSwitches(switchesSchema.parse({}));
  }

  async ofTracker(tracker: TrackerSimulator): Promise<void> {
    const { random } = this;
    const names = Object.keys(trackerFailures);
    while (await this.#waits(random.between(restMs.least, restMs.most))) {
      const name = random.pick(names);
      this.#count(name);
      tracker.failures.set(failureSchema.parse(trackerFailures[name]?.(random)));
      await this.#waits(random.between(faultMs.least, faultMs.most));
      tracker.failures.set(null);
    }
  }

  #drop(telco: Telco): void {
    this.#count('dropped connections');
    telco.dropConnections();
  }

  async #unbind(telco: Telco): Promise<void> {
    this.#count('unbind');
    await telco.unbind();
  }

  #inject(telco: Telco, kind: MalformedKind): void {
    if (telco.inject(kind)) this.#count(`malformed PDU: ${kind}`);
  }

  async #refuseBinds(telco: Telco): Promise<void> {
    const refuseBinds = this.random.pick(bindRefusals);
    this.#count(`refused binds: ${refuseBinds}`);
    telco.setSwitches(switchesSchema.parse({ refuseBinds }));
    telco.dropConnections();
    await this.#whileFault(telco);
  }

  async #switch(telco: Telco, name: string): Promise<void> {
    this.#count(name);
    telco.setSwitches(switchesSchema.parse(telcoSwitches[name]?.(this.random)));
    await this.#whileFault(telco);
  }

  async #whileFault(telco: Telco): Promise<void> {
    await this.#waits(this.random.between(faultMs.least, faultMs.most));
    telco.setSwitches(switchesSchema.parse({}));
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** @returns false when the faults are to end. */
  async #waits(waitMs: number): Promise<boolean> {
    try {
      await pause(waitMs, undefined, { signal: this.stop });
      return true;
    } catch {
      return false;
    }
  }
}
