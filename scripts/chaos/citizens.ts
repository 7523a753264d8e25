import type { Smsc } from '../simulators/smsc/index.js';

/** A text as its citizen sent it. */
export interface SentText {
  /** The simulated telco's name for it. */
  readonly id: string;
  /** Counts all citizens' texts from 1; it is in the text, so that no two are equal. */
  readonly serial: number;
  /** Digits with country code. */
  readonly from: string;
  readonly text: string;
  readonly parts: number;
}

const tickMs = 20;

/** Each telco's numbers begin so, and citizens on each text by turns. */
const prefixes: readonly string[] = ['62811550', '62815770', '62896330'];
const citizensPerTelco = 40;

const complaints: readonly string[] = [
  'Lampu jalan mati di depan pasar Banjar Jawa, sudah seminggu gelap',
  'Jalan berlubang di depan kantor camat Sukasada kab Buleleng',
  'Sampah menumpuk di TPS Kalibukbuk {belum diangkut} dan baunya menyengat',
  'Air PDAM keruh sejak kemarin di desa Panji, mohon diperiksa ya Pak 🙏',
];

const detailOf = (serial: number): string => ` Warga desa (no. ${serial}) mohon segera ditangani.`;

/** What the citizens write, by turns: the number of times that a detail is added to the complaint. */
const lengths: readonly number[] = [1, 1, 1, 1, 5, 1, 1, 8];
/** How many texts in a row one citizen sends, by turns. */
const bursts: readonly number[] = [1, 1, 1, 4];

/** Citizens who keep texting, some of them long texts, some several in a row. */
export class Citizens {
  readonly sent: SentText[] = [];
  #turn = 0;
  #owed = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly smsc: Smsc) {}

  start(textsPerSecond: number): void {
    this.#timer = setInterval(() => {
      this.#owed += (textsPerSecond * tickMs) / 1000;
      while (this.#owed >= 1) this.#owed -= this.#burst();
    }, tickMs);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** @returns how many texts it was. */
  #burst(): number {
    this.#turn += 1;
    const texts = turnOf(bursts, this.#turn);
    const from = this.#citizen();
    for (let count = 0; count < texts; count += 1) this.#text(from);
    return texts;
  }

  #citizen(): string {
    const prefix = turnOf(prefixes, this.#turn);
    const citizen = Math.floor(Math.random() * citizensPerTelco);
    return `${prefix}${String(citizen).padStart(5, '0')}`;
  }

  #text(from: string): void {
    const serial = this.sent.length + 1;
    const details = detailOf(serial).repeat(turnOf(lengths, serial));
    const text = `Laporan ${serial}: ${turnOf(complaints, serial)}.${details}`;
    const { id, parts } = this.smsc.text({ from, text });
    this.sent.push({ id, serial, from, text, parts });
  }
}

function turnOf<Item>(items: readonly Item[], turn: number): Item {
  const item = items[turn % items.length];
  if (item === undefined) throw new RangeError('nothing to take turns with');
  return item;
}
