/** Fields that would carry a citizen's address or words, or a secret, whoever puts them there and however deep. */
export const privateFields = [
  'from',
  'to',
  'address',
  'msisdn',
  'text',
  'body',
  'shortMessage',
  'raw',
  'title',
  'password',
  'token',
] as const;

const privateNames: ReadonlySet<string> = new Set(privateFields);

/** A shorter secret turns up by chance in what is none, so it is taken out only where it is a whole value. */
const secretMinLength = 4;

/** What the log itself writes. A password such as `2026` must not take the year out of every line, and so tell itself. */
const ownFields: Readonly<Record<string, RegExp>> = {
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  level: /^(?:debug|info|warn|error)$/,
};

/**
 * An Indonesian mobile number in running text, with or without its prefix and the usual gaps. Dots count as gaps only
 * where no IPv4 address can be meant. UUIDs come first: parts of them may look like numbers, and they stay.
 */
const uuidOrMobileNumber = new RegExp(
  [
    String.raw`(?<uuid>[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})`,
    String.raw`(?<!\w)(?:(?:\+|00)62[\s.-]?|0)8(?:[\s.-]?\d){7,11}(?!\w)`,
    String.raw`(?<!\w)62[\s-]?8(?:[\s-]?\d){7,11}(?!\w)`,
    String.raw`(?<!\w|\d\.)8[1-9]\d{7,10}(?!\w)`,
  ].join('|'),
  'gi',
);

/** Takes one line of JSON. @returns it without what is private; always one object. @throws on what is no JSON object. */
export function scrubber(redaction: Redaction): (line: string) => Record<string, unknown> {
  const scrub = (value: unknown): unknown => {
    if (typeof value === 'string') return withoutNumbers(redaction.of(value));
    if (Array.isArray(value)) return value.map(scrub);
    if (typeof value === 'object' && value !== null) return scrubFields(Object.entries(value));
    return value;
  };
  const scrubFields = (fields: readonly [string, unknown][]): Record<string, unknown> =>
    Object.fromEntries(fields.map(([name, value]) => [name, privateNames.has(name) ? '[redacted]' : scrub(value)]));
  return (line) => {
    const fields = Object.entries(JSON.parse(line) as Record<string, unknown>);
    const own = fields.filter(([name, value]) => ownFields[name]?.test(String(value)));
    return { ...scrubFields(fields), ...Object.fromEntries(own) };
  };
}

/** Values that never leave, wherever they turn up. A reload may bring new ones; the old ones stay secrets. */
export class Redaction {
  readonly #whole = new Set<string>();
  #within: RegExp | null = null;

  constructor(secrets: readonly string[]) {
    this.add(secrets);
  }

  add(secrets: readonly string[]): void {
    for (const secret of secrets) if (secret !== '') this.#whole.add(secret);
    // One pass, the longest first: no secret is looked for in what stands for another, and none hides a longer one.
    const within = [...this.#whole]
      .filter((secret) => secret.length >= secretMinLength)
      .sort((one, other) => other.length - one.length)
      .map((secret) => secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    this.#within = within.length > 0 ? new RegExp(within.join('|'), 'g') : null;
  }

  /** @param text one value, not a line of JSON. */
  of(text: string): string {
    if (this.#whole.has(text)) return '[secret]';
    return this.#within === null ? text : text.replace(this.#within, '[secret]');
  }
}

function withoutNumbers(text: string): string {
  return text.replace(uuidOrMobileNumber, (found, uuid: string | undefined) =>
    uuid === undefined ? '[number]' : found,
  );
}
