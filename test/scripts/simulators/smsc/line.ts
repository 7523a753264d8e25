import { type Smsc, type SmscOptions, startSmsc } from '../../../../scripts/simulators/smsc/index.js';
import { type SwitchesInput, switchesSchema } from '../../../../scripts/simulators/smsc/switches.js';
import { Esme, type Manners } from './esme.js';

export const citizen = '6281234567890';

/** A simulated SMSC with one telco, and the ESMEs on the other end of the line; all closed after each test. */
export class Line {
  #smsc: Smsc | null = null;
  readonly #esmes: Esme[] = [];

  get smsc(): Smsc {
    if (this.#smsc === null) throw new Error('start the SMSC first');
    return this.#smsc;
  }

  async start(options: Partial<SmscOptions> = {}): Promise<void> {
    this.#smsc = await startSmsc({
      telcos: [{ name: 'telkomsel', systemId: 'lapor', password: 'secret' }],
      retryIntervalMs: 20,
      ...options,
    });
  }

  async bound(manners?: Manners, mode?: string): Promise<Esme> {
    return this.#closeLater(await Esme.bound(this.#port, manners, mode));
  }

  async connected(): Promise<Esme> {
    return this.#closeLater(await Esme.connect(this.#port));
  }

  set(switches: SwitchesInput): void {
    this.smsc.telco('telkomsel').setSwitches(switchesSchema.parse(switches));
  }

  async close(): Promise<void> {
    for (const esme of this.#esmes.splice(0)) esme.close();
    await this.#smsc?.close();
    this.#smsc = null;
  }

  #closeLater(esme: Esme): Esme {
    this.#esmes.push(esme);
    return esme;
  }

  get #port(): number {
    return this.smsc.telco('telkomsel').port;
  }
}
