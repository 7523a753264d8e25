import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { GatewayConfig } from '../config/load.js';
import { printable } from '../domain/printable.js';
import { decodeText, isTextEncoding, textEncodings } from '../domain/sms/decode.js';
import type { DecodePath } from '../ports/channel.js';
import type { Redecoded, RedecodeEffect, RedecodeRequest, StoredPartView } from '../ports/operations.js';
import type { Store } from '../ports/store.js';
import { inTrail } from './inTrail.js';
import { configOption, reasonOption } from './operator.js';
import { secondOf, table } from './table.js';
import type { Output } from './tracker.js';

export interface PartsDeps {
  readonly configOf: (option?: string) => Promise<GatewayConfig>;
  readonly openStore: (config: GatewayConfig) => Promise<Store>;
  /** Who types, for the audit trail. */
  readonly operator: string;
  readonly output: Output;
}

const listMax = 500;

const effectWords: Readonly<Record<RedecodeEffect, { readonly would: string; readonly did: string }>> = {
  report_made: { would: 'its dead letter would become a report', did: 'its dead letter became a report' },
  report_corrected: {
    would: 'its report, not in the tracker yet, would be corrected',
    did: 'its report is corrected, before it goes to the tracker',
  },
  will_join: {
    would: 'its long message is incomplete; it would join it like this',
    did: 'it will join its long message like this',
  },
  nothing_new: { would: 'it says the same either way', did: 'it says the same either way; nothing was changed' },
  refused: { would: 'cannot be changed', did: 'not changed' },
};

/** `parts list | show | redecode`: what arrived, octet by octet, and reading it again after a charset was set right. */
export function partsCommand(deps: PartsDeps): Command {
  const command = new Command('parts').description('see stored parts as they arrived, and read them again');
  command
    .command('list')
    .description('show the parts that could not be read, or those of one report; without their words')
    .option('--of <id>', 'the parts of this report: a tracking id, or a UUID')
    .option(...configOption)
    .option('--json', 'one JSON object per line')
    .action((options: ListOptions) => list(options, deps));
  command
    .command('show')
    .description('show parts with their octets and their words')
    .addArgument(partNumbers())
    .option(...configOption)
    .action((partIds: number[], options: { config?: string }) => show(partIds, options.config, deps));
  command
    .command('redecode')
    .description('read parts again by another charset: shows before and after; changes nothing without --apply')
    .addArgument(partNumbers())
    .addOption(
      new Option(
        '-e, --encoding <name>',
        'the charset (default: as the channel’s config reads such a part now)',
      ).choices(textEncodings),
    )
    .option('--apply', 'make it so')
    .option(...reasonOption)
    .option(...configOption)
    .action((partIds: number[], options: RedecodeOptions) => redecode(partIds, options, command, deps));
  return command;
}

interface ListOptions {
  readonly of?: string;
  readonly config?: string;
  readonly json?: true;
}

interface RedecodeOptions {
  readonly encoding?: string;
  readonly apply?: true;
  readonly reason?: string;
  readonly config?: string;
}

function partNumbers(): Argument {
  return new Argument('<part...>', 'numbers from `parts list`, or of a part’s dead letter').argParser(
    (text: string, numbers: number[] | undefined): number[] => {
      const number = Number(text);
      if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('expected a part’s number.');
      return [...(numbers ?? []), number];
    },
  );
}

async function list({ of, config, json }: ListOptions, deps: PartsDeps): Promise<void> {
  const parts = await withStore(config, deps, (store) =>
    store.storedParts(of === undefined ? { by: 'unreadable' } : { by: 'report', id: of }, listMax),
  );
  if (json) {
    for (const { raw, ...part } of parts) deps.output.write(`${JSON.stringify({ ...part, octets: raw.length })}\n`);
  } else if (parts.length === 0) {
    deps.output.write(of === undefined ? 'No part waits that could not be read.\n' : `Nothing is known of ${of}.\n`);
  } else {
    const head = ['PART', 'RECEIVED', 'CHANNEL', 'SENDER', 'CODING', 'READ AS', 'ODDITY', 'OCTETS', 'REPORT'];
    deps.output.write(table([head, ...parts.map(cellsOf)]));
  }
}

function cellsOf(part: StoredPartView): string[] {
  return [
    String(part.partId),
    secondOf(part.receivedAtMs),
    part.channelId,
    part.senderRef,
    codingOf(part),
    part.encoding,
    `${part.oddity ?? '-'}${part.duplicate ? ', repeated' : ''}`,
    String(part.raw.length),
    part.reportId ?? '-',
  ];
}

function codingOf({ dataCoding }: StoredPartView): string {
  return dataCoding === null ? '-' : `0x${dataCoding.toString(16).padStart(2, '0')}`;
}

async function show(partIds: readonly number[], config: string | undefined, deps: PartsDeps): Promise<void> {
  const parts = await withStore(config, deps, (store) => store.storedParts({ by: 'number', partIds }, listMax));
  for (const id of partIds) if (!parts.some((part) => part.partId === id)) deps.output.write(`part ${id}: none such\n`);
  for (const part of parts) deps.output.write(sheetOf(part));
}

function sheetOf(part: StoredPartView): string {
  const { raw, textOffset, encoding } = part;
  const text = isTextEncoding(encoding) ? decodeText(encoding, raw.subarray(textOffset)) : null;
  const lines = [
    `part ${part.partId}, received ${secondOf(part.receivedAtMs)} by ${part.channelId} from ${part.senderRef}`,
    `  data_coding  ${codingOf(part)}, read as ${encoding}${part.oddity === null ? '' : ` (${part.oddity})`}`,
    ...(part.sequence === null ? [] : [`  piece        ${part.sequence} of a long message`]),
    `  report       ${part.reportId ?? 'none'}`,
    ...(textOffset === 0 ? [] : [`  header       ${spaced(raw.subarray(0, textOffset))}`]),
    `  octets       ${spaced(raw.subarray(textOffset))}`,
    `  text         ${text === null ? '(not read)' : printable(text)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function spaced(octets: Buffer): string {
  return octets.toString('hex').replaceAll(/(..)(?=.)/g, '$1 ');
}

async function redecode(
  partIds: readonly number[],
  { encoding, apply = undefined, reason, config: option }: RedecodeOptions,
  command: Command,
  deps: PartsDeps,
): Promise<void> {
  const config = await deps.configOf(option);
  const store = await deps.openStore(config);
  let unchanged = 0;
  try {
    for (const partId of partIds) {
      const changed = await redecodeOne(
        partId,
        { encoding, apply: apply === true, reason: reason ?? null },
        config,
        store,
        deps,
      );
      if (!changed) unchanged += 1;
    }
  } finally {
    await store.close();
  }
  if (apply !== true) deps.output.write('Nothing was changed; `--apply` makes it so.\n');
  else if (unchanged > 0) command.error(`${unchanged} of ${partIds.length} were not changed`);
}

interface Wish {
  readonly encoding: string | undefined;
  readonly apply: boolean;
  readonly reason: string | null;
}

/** @returns false where it could not be done. */
async function redecodeOne(
  partId: number,
  { encoding, apply, reason }: Wish,
  config: GatewayConfig,
  store: Store,
  { output, operator }: PartsDeps,
): Promise<boolean> {
  const [part] = await store.storedParts({ by: 'number', partIds: [partId] }, 1);
  const path = part === undefined ? 'there is no such part' : pathOf(part, encoding, config);
  if (typeof path === 'string') {
    output.write(`part ${partId}: ${path}\n`);
    return false;
  }
  const request = { partId, encoding: path.encoding, textOffset: path.textOffset, apply, atMs: Date.now() };
  const redecoded = await (apply
    ? redecodeInTrail(store, request, { actor: operator, act: 'parts redecode', subject: `part ${partId}`, reason })
    : store.redecodePart(request));
  if (redecoded === null) return false;
  output.write(comparisonOf(partId, redecoded, apply));
  return redecoded.effect !== 'refused';
}

async function redecodeInTrail(
  store: Store,
  request: RedecodeRequest,
  act: Parameters<typeof inTrail>[1],
): Promise<Redecoded | null> {
  const { redecoded } = await inTrail(store, act, async () => {
    const redecoded = await store.redecodePart(request);
    if (redecoded === null) return { redecoded, result: 'refused', detail: 'there is no such part' };
    const { effect, before, reason } = redecoded;
    const detail = `${before.encoding} to ${request.encoding}: ${reason ?? effectWords[effect].did}`;
    return { redecoded, result: effect === 'refused' ? 'refused' : 'done', detail };
  });
  return redecoded;
}

/** By which path the part is to be read; a text says why by none. */
function pathOf(
  part: StoredPartView,
  encoding: string | undefined,
  { channels, file }: GatewayConfig,
): (DecodePath & { readonly encoding: string }) | string {
  const configured = channels.get(part.channelId);
  if (configured === undefined) return `its channel ${part.channelId} is not in ${file}: name the config that has it`;
  const now = configured.adapter.decodeStored?.(configured.config, part);
  if (now === undefined) return `${part.channelId} brings texts that are not decoded from octets`;
  if (encoding !== undefined) return { encoding, textOffset: now.textOffset };
  if (now.encoding === null) return `${part.channelId} reads no such part as text; name the charset by --encoding`;
  return { encoding: now.encoding, textOffset: now.textOffset };
}

function comparisonOf(
  partId: number,
  { effect, reason, reportId, before, after }: Redecoded,
  applied: boolean,
): string {
  const words = effectWords[effect][applied ? 'did' : 'would'];
  const lines = [
    `part ${partId}: ${words}${reason === null ? '' : `: ${reason}`}`,
    ...(reportId === null ? [] : [`  report  ${reportId}`]),
    `  before  ${before.encoding.padEnd(8)}  ${before.text === null ? '(not read)' : printable(before.text)}`,
    `  after   ${after.encoding.padEnd(8)}  ${printable(after.text)}`,
  ];
  return `${lines.join('\n')}\n`;
}

async function withStore<Value>(
  option: string | undefined,
  { configOf, openStore }: PartsDeps,
  use: (store: Store) => Promise<Value>,
): Promise<Value> {
  const store = await openStore(await configOf(option));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
