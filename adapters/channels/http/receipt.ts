import type { Receipt } from '../../../src/ports/channel.js';
import type { HttpConfig } from './config.js';
import type { Fields } from './fields.js';
import { firstOf } from './message.js';

type ReceiptConfig = NonNullable<HttpConfig['receipts']>;

export type ReceiptRead =
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly isKnownStatus: boolean }
  | { readonly kind: 'incomplete'; readonly message: string };

const codeMaxLength = 40;
const idMaxLength = 200;

export function isReceipt(fields: Fields, config: ReceiptConfig | undefined): config is ReceiptConfig {
  return config !== undefined && fields.has(config.marker);
}

/** A status that the table lacks tells at least that the reply is on its way. */
export function readReceipt(fields: Fields, { fields: named, statuses }: ReceiptConfig, nowMs: number): ReceiptRead {
  const id = textOf(fields, named.id).slice(0, idMaxLength);
  const status = textOf(fields, named.status);
  if (id === '') return incomplete('the id of the reply', named.id);
  if (status === '') return incomplete('the status', named.status);
  const state = Object.hasOwn(statuses, status) ? statuses[status] : undefined;
  const code = [status, textOf(fields, named.code ?? [])].filter((each) => each !== '').join('/');
  return {
    kind: 'receipt',
    isKnownStatus: state !== undefined,
    receipt: { externalIds: [id], state: state ?? 'in_transit', code: code.slice(0, codeMaxLength), atMs: nowMs },
  };
}

function textOf(fields: Fields, names: readonly string[]): string {
  return firstOf(fields, names)?.toString('utf8').trim() ?? '';
}

function incomplete(what: string, names: readonly string[]): ReceiptRead {
  return { kind: 'incomplete', message: `the receipt lacks ${what}: expected a field ${names.join(' or ')}` };
}
