import type { DeliveryState } from './outbox.js';
import type { LongTextForm, Segment, SimulatedEncoding } from './segments.js';
import type { Switches } from './switches.js';

/** An SMS that a citizen sends. */
export interface CitizenText {
  /** Digits with country code. */
  readonly from: string;
  /** The telco's short code when left out. */
  readonly to?: string | undefined;
  readonly text: string;
  readonly form?: LongTextForm | undefined;
  readonly encoding?: SimulatedEncoding | undefined;
}

export type TextState = 'queued' | DeliveryState;

/** Where a citizen's text stands on its way to the ESME. */
export interface TextView {
  readonly id: string;
  readonly telco: string;
  /** The state of its parts together: `acknowledged` when all are, `dropped` when one is. */
  readonly state: TextState;
  readonly parts: number;
  readonly acknowledgedParts: number;
  /** How often a part had to be sent again. */
  readonly retries: number;
  /** The ESME's last error, as a command_status; null when there was none. */
  readonly lastError: number | null;
}

export class TextRecord implements TextView {
  state: TextState = 'queued';
  acknowledgedParts = 0;
  retries = 0;
  lastError: number | null = null;

  constructor(
    readonly id: string,
    readonly telco: string,
    readonly parts: number,
  ) {}

  get settled(): boolean {
    return this.state === 'acknowledged' || this.state === 'dropped';
  }

  partIs(state: DeliveryState, status: number | undefined): void {
    if (state === 'acknowledged') this.acknowledgedParts += 1;
    if (state === 'retrying') this.retries += 1;
    if (status !== undefined && status !== 0) this.lastError = status;
    if (this.state === 'dropped') return;
    if (state !== 'acknowledged') this.state = state;
    else if (this.acknowledgedParts === this.parts) this.state = 'acknowledged';
  }
}

/** Puts the parts of a long text in the order, number and completeness that the switches ask for. */
export function arrange(segments: readonly Segment[], switches: Switches): Segment[] {
  if (segments.length === 1) return [...segments];
  const kept = segments.filter((_, index) => index + 1 !== switches.withholdPart);
  const ordered = switches.outOfOrderParts ? kept.reverse() : kept;
  return switches.duplicateParts ? ordered.flatMap((segment) => [segment, segment]) : ordered;
}
