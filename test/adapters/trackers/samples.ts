import { randomUUID } from 'node:crypto';
import type { FollowUp } from '../../../src/domain/followUp.js';
import { IdGenerator } from '../../../src/domain/id.js';
import type { Report } from '../../../src/domain/report.js';

const ids = new IdGenerator();

/** A report with an id of its own, as intake would make it. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  return {
    version: 1,
    id: ids.nextText(),
    receivedAt: '2026-11-21T09:30:00.000Z',
    channel: { id: 'telkomsel', kind: 'sms', address: '1708' },
    reporter: { ref: 's_k3v9q2', visibility: 'open' },
    kind: 'complaint',
    title: 'Jalan rusak di depan kantor camat Sukasada',
    text: 'Jln rusak parah dpn kantor camat Sukasada kab Buleleng, sdh 3 bln blm diperbaiki',
    language: null,
    keyword: null,
    implied: null,
    possibleDuplicateOf: null,
    locations: [{ code: '51.08', name: 'Kabupaten Buleleng', level: 'regency', evidence: 'kab Buleleng' }],
    point: null,
    attachments: [],
    flags: [],
    thread: { inReplyTo: null, publicUrl: null },
    source: { externalIds: [], parts: 1, encoding: 'gsm7' },
    ...changes,
  };
}

export function sampleFollowUp(changes: Partial<FollowUp> = {}): FollowUp {
  return {
    id: randomUUID(),
    kind: 'addition',
    text: 'Lampu jalannya juga mati',
    receivedAt: '2026-11-21T10:00:00.000Z',
    attachments: [],
    ...changes,
  };
}
