import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { difference, type LoadResult, read, Tally } from '../generator/load.js';
import { numberDigits, numberMark, textTemplates } from '../generator/texts.js';
import { AnswerScanner } from './answers.js';

/** What the webhook generator is asked to do. */
export interface WebhookPlan {
  readonly port: number;
  readonly path: string;
  /** Each has one request under way at a time, as the aggregators' connections have. */
  readonly connections: number;
  readonly senders: number;
  readonly warmupMs: number;
  readonly measureMs: number;
}

const firstSender = 6_281_200_000_000;
const drainMs = 5_000;
const drainLookMs = 10;

/** Posts complaints as the telco callback does, and counts what comes back. */
export async function postWebhooks(plan: WebhookPlan): Promise<LoadResult> {
  const tally = new Tally();
  const run = { posting: true, next: 0 };
  const links = await Promise.all(Array.from({ length: plan.connections }, () => Link.open(plan, tally, run)));
  for (const link of links) link.post();
  await sleep(plan.warmupMs);
  tally.latency.reset();
  const from = read(tally);
  await sleep(plan.measureMs);
  const measured = difference(from, read(tally), tally.latency.summary());
  run.posting = false;
  for (let waitedMs = 0; tally.unacknowledged > 0 && waitedMs < drainMs; waitedMs += drainLookMs)
    await sleep(drainLookMs);
  for (const link of links) link.close();
  return { ...measured, unacknowledged: tally.unacknowledged, unanswered: 0 };
}

/** Shared by the links: whether they go on, and the number of the next message. */
interface Run {
  posting: boolean;
  next: number;
}

class Link {
  readonly #scanner = new AnswerScanner();
  #postedMs = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly plan: WebhookPlan,
    private readonly tally: Tally,
    private readonly run: Run,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      for (const status of this.#scanner.push(chunk)) this.#answered(status);
    });
  }

  static open(plan: WebhookPlan, tally: Tally, run: Run): Promise<Link> {
    return new Promise((resolve, reject) => {
      const socket = connect(plan.port, '127.0.0.1');
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Link(socket, plan, tally, run)));
    });
  }

  post(): void {
    const number = this.run.next++;
    const body = formOf(number, this.plan.senders);
    this.tally.sent += 1;
    this.#postedMs = performance.now();
    this.socket.write(
      `POST ${this.plan.path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-www-form-urlencoded\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
  }

  close(): void {
    this.socket.destroy();
  }

  #answered(status: number): void {
    if (status >= 200 && status < 300) {
      this.tally.acknowledged += 1;
      this.tally.latency.record(performance.now() - this.#postedMs);
    } else if (status === 503) {
      this.tally.temporaryErrors += 1;
    } else {
      this.tally.refusals += 1;
    }
    if (this.run.posting) this.post();
  }
}

/** ASCII only, so characters are octets. No two are equal. */
function formOf(number: number, senders: number): string {
  const template = textTemplates[number % textTemplates.length] ?? '';
  const text = template.replace(numberMark, String(number).padStart(numberDigits, '0')).replaceAll(' ', '+');
  const sender = firstSender + (number % senders);
  return `original=${sender}&sendto=1708&message=${text}&messageid=${number}&udhl=0&dcs=0`;
}
