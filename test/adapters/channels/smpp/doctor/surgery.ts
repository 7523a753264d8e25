import { smppAdapter } from '../../../../../adapters/channels/smpp/index.js';
import { type Smsc, type SmscOptions, startSmsc } from '../../../../../scripts/simulators/smsc/index.js';
import { type SwitchesInput, switchesSchema } from '../../../../../scripts/simulators/smsc/switches.js';
import type { DiagnosisRequest, Stage } from '../../../../../src/ports/diagnosis.js';
import { parse } from '../rig.js';

export const handset = '081234567890';

const account = { systemId: 'lapor', password: 'secret' };

/** A simulated telco, or any port, and the doctor before it. */
export class Surgery {
  #smsc: Smsc | null = null;

  get smsc(): Smsc {
    if (this.#smsc === null) throw new Error('start the telco first');
    return this.#smsc;
  }

  get telco() {
    return this.smsc.telco('telkomsel');
  }

  async start(switches: SwitchesInput = {}, options: Partial<SmscOptions> = {}): Promise<void> {
    const telcos = [{ name: 'telkomsel', ...account, maxBinds: 1 }];
    this.#smsc = await startSmsc({ telcos, retryIntervalMs: 20, ...options });
    this.telco.setSwitches(switchesSchema.parse(switches));
  }

  async close(): Promise<void> {
    await this.#smsc?.close();
    this.#smsc = null;
  }

  /** All stages that the doctor tells of the telco. */
  async stages(
    changes: Readonly<Record<string, unknown>> = {},
    request: Partial<DiagnosisRequest> = {},
  ): Promise<Stage[]> {
    return told({ port: this.#smsc === null ? 1 : this.telco.port, ...account, ...changes }, request);
  }
}

export async function told(
  changes: Readonly<Record<string, unknown>>,
  request: Partial<DiagnosisRequest> = {},
  onStage: (stage: Stage) => void = () => undefined,
): Promise<Stage[]> {
  const config = parse(changes);
  const stages: Stage[] = [];
  const whole: DiagnosisRequest = {
    links: 'all',
    message: null,
    expectedWord: null,
    waitMs: 5_000,
    stop: new AbortController().signal,
    ...request,
  };
  for await (const stage of smppAdapter.diagnose?.(config, whole) ?? []) {
    stages.push(stage);
    onStage(stage);
  }
  return stages;
}

/** `bind failed bind.ESME_RINVPASWD`, `tcp passed`, … */
export function brief(stages: readonly Stage[]): string[] {
  return stages.map(({ name, result, reason }) => [name, result, ...(reason === null ? [] : [reason])].join(' '));
}
