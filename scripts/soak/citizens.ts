import type { Smsc } from '../simulators/smsc/index.js';
import type { Random } from './random.js';

export interface SentText {
  /** Digits with country code. */
  readonly from: string;
  /** No two are equal. */
  readonly text: string;
}

const tickMs = 50;
/** Each telco's numbers begin so. */
const prefixes: readonly string[] = ['628115', '628157', '628963'];
/** Enough that a handset, which holds 200 messages, holds all of its citizen's in a soak of a day. */
const citizensPerPrefix = 3_000;

const complaints: readonly string[] = [
  'Lampu jalan mati di depan pasar Banjar Jawa, sudah seminggu gelap',
  'Jalan berlubang di depan kantor camat Sukasada kab Buleleng',
  'Sampah menumpuk di TPS Kalibukbuk {belum diangkut} dan baunya menyengat',
  'Air PDAM keruh sejak kemarin di desa Panji, mohon diperiksa ya Pak 🙏',
];
const detail = ' Warga sudah melapor ke kantor desa tetapi belum ada tindak lanjut, mohon segera ditangani.';
/** How many times the detail is added: most texts are short, some take several parts. */
const details: readonly number[] = [0, 0, 0, 0, 2, 4];

/** Citizens who text at a steady rate, whatever becomes of it. */
export class Citizens {
  readonly sent: SentText[] = [];
  #timer: NodeJS.Timeout | null = null;
  #owed = 0;

  constructor(
    private readonly smsc: Smsc,
    private readonly random: Random,
  ) {}

  start(textsPerSecond: number): void {
    this.#timer = setInterval(() => {
      this.#owed += (textsPerSecond * tickMs) / 1000;
      for (; this.#owed >= 1; this.#owed -= 1) this.#text();
    }, tickMs);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #text(): void {
    const { random } = this;
    const from = `${random.pick(prefixes)}${String(random.below(citizensPerPrefix)).padStart(6, '0')}`;
    const serial = this.sent.length + 1;
    const text = `Laporan ${serial}: ${random.pick(complaints)}.${detail.repeat(random.pick(details))}`;
    this.smsc.text({ from, text });
    this.sent.push({ from, text });
  }
}
