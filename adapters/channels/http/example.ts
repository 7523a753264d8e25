import type { Example } from '../../../src/ports/channel.js';
import type { WebhookRequest } from '../../../src/ports/webhook.js';
import type { HttpConfig } from './config.js';
import { readFields } from './fields.js';
import { type MessageRead, readMessage } from './message.js';
import { placesOf, requestOf } from './outbound.js';
import { type ReceiptRead, readReceipt } from './receipt.js';

/** The config's own examples, read as real requests are, and the reply that would go out. */

type Read<Found> = Found | { readonly kind: 'unreadable'; readonly why: string } | null;

export function exampleMessage(config: HttpConfig): Read<MessageRead & { kind: 'part' }> {
  const { example } = config.inbound;
  if (example === undefined) return null;
  const fields = fieldsOf(example);
  const marker = config.receipts?.marker;
  if (marker !== undefined && fields.has(marker)) {
    return { kind: 'unreadable', why: `it has the field ${marker}, by which receipts are told from texts` };
  }
  const read = readMessage(fields, config, 0);
  return read.kind === 'part' ? read : { kind: 'unreadable', why: `${read.message}; it has ${namesOf(fields)}` };
}

export function exampleReceipt(config: HttpConfig): Read<ReceiptRead & { kind: 'receipt' }> {
  const { receipts } = config;
  if (receipts?.example === undefined) return null;
  const fields = fieldsOf(receipts.example);
  if (!fields.has(receipts.marker)) {
    return { kind: 'unreadable', why: `it lacks the field ${receipts.marker}; it has ${namesOf(fields)}` };
  }
  const read = readReceipt(fields, receipts, 0);
  if (read.kind === 'incomplete') return { kind: 'unreadable', why: `${read.message}; it has ${namesOf(fields)}` };
  return read.isKnownStatus ? read : { kind: 'unreadable', why: `its status is not among receipts.statuses` };
}

const exampleReply = {
  id: '0193c0de-0000-7000-8000-000000000001',
  to: '6281234567890',
  text: 'Laporan Anda kami terima dengan nomor 9165816.',
  kind: 'acknowledgement',
  inReplyTo: null,
} as const;

/** What `check --example` shows. Credentials are shown by name. */
export function examplesOf(config: HttpConfig, webhookUrl: string | null): readonly Example[] {
  return [...messageExample(config, webhookUrl), ...replyExample(config, webhookUrl), ...receiptExample(config)];
}

function messageExample(config: HttpConfig, webhookUrl: string | null): Example[] {
  const read = exampleMessage(config);
  if (read?.kind !== 'part') return [];
  const { from, to, text, encoding, externalId, concat, oddity } = read.part;
  const part = concat === null ? 'whole' : `${concat.sequence} of ${concat.total}, reference ${concat.reference}`;
  const { status, body } = config.inbound.answer;
  return [
    {
      title: 'a text comes in',
      lines: [`to ${webhookUrl ?? 'server.publicUrl is not set'}`, config.inbound.example ?? ''],
      reads: { from, to, text, encoding, part, id: externalId, oddity, answer: `${status} ${body}`.trim() },
    },
  ];
}

function replyExample(config: HttpConfig, webhookUrl: string | null): Example[] {
  const { outbound } = config;
  if (outbound === undefined) return [];
  const named = { secret: 'SECRET', username: 'USERNAME', password: 'PASSWORD' };
  const places = { ...placesOf(exampleReply, config, webhookUrl), ...named };
  const { method, url, headers, body } = requestOf(outbound, places, 0);
  const { authorization, ...shown } = headers;
  const lines = [
    `${method} ${url.href}`,
    ...Object.entries(shown).map(([name, value]) => `${name}: ${value}`),
    ...(authorization === undefined ? [] : ['authorization: Basic …']),
    ...(body === undefined ? [] : ['', body]),
  ];
  return [{ title: 'a reply goes out', lines, reads: {} }];
}

function receiptExample(config: HttpConfig): Example[] {
  const read = exampleReceipt(config);
  if (read?.kind !== 'receipt') return [];
  const { externalIds, state, code } = read.receipt;
  return [
    {
      title: 'a receipt comes in',
      lines: [config.receipts?.example ?? ''],
      reads: { id: externalIds[0], state, code },
    },
  ];
}

/** JSON is told by its brace; everything else is a query or a form, which are written alike. */
function fieldsOf(example: string): ReadonlyMap<string, Buffer> {
  const isJson = example.trimStart().startsWith('{');
  const request: WebhookRequest = {
    method: isJson ? 'POST' : 'GET',
    url: isJson ? '/' : `/?${example.replace(/^\S*\?/, '').trim()}`,
    query: new URLSearchParams(),
    headers: isJson ? { 'content-type': 'application/json' } : {},
    body: Buffer.from(isJson ? example : ''),
    remoteAddress: '',
  };
  const read = readFields(request, 'all', { body: false, headers: [] });
  return read.kind === 'fields' ? read.fields : new Map();
}

function namesOf(fields: ReadonlyMap<string, Buffer>): string {
  const names = [...fields.keys()].filter((name) => !name.startsWith('header:'));
  return names.length === 0 ? 'none that can be read' : names.join(', ');
}
