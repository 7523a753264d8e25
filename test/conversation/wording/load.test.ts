import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { packagedFile } from '../../../src/config/env.js';
import { loadWording } from '../../../src/conversation/wording/load.js';
import { tempFolder } from '../../config/tempFolder.js';

const packaged = readFileSync(packagedFile('config', 'replies', 'id.yaml'), 'utf8');

/** Where a line of the packaged file stands, from 1. */
function lineOf(start: string): number {
  return packaged.slice(0, packaged.indexOf(start)).split('\n').length;
}

describe('loadWording', () => {
  const folder = tempFolder();
  let count = 0;

  /** A folder of its own with the packaged Indonesian texts, one line of them replaced. */
  function faultsWith(replaced: RegExp | null, by = '', extra: Readonly<Record<string, string>> = {}): string[] {
    count += 1;
    const text = replaced === null ? packaged : packaged.replace(replaced, () => by);
    expect(replaced === null || text !== packaged, 'the line to replace is there').to.equal(true);
    folder.write(`${count}/id.yaml`, text);
    for (const [name, content] of Object.entries(extra)) folder.write(`${count}/${name}`, content);
    const loaded = loadWording({ directory: folder.path(String(count)), language: 'id', timeZone: 'Asia/Jakarta' });
    return loaded.ok ? [] : loaded.faults.map((f) => `${f.file.split('/').at(-1)}:${f.line} ${f.key}: ${f.message}`);
  }

  it('takes the packaged texts', () => {
    const directory = packagedFile('config', 'replies');
    const loaded = loadWording({ directory, language: 'id', timeZone: 'Asia/Jakarta' });
    expect(loaded.ok ? [] : loaded.faults).to.deep.equal([]);
    expect(loaded.ok && loaded.wording.languages).to.deep.equal(['en', 'id']);
  });

  const needsInfo = `id.yaml:${lineOf('  needs_info')} status.needs_info`;
  const forwarded = `id.yaml:${lineOf('  forwarded')} status.forwarded`;
  const cases: ReadonlyArray<{ label: string; replaced: RegExp; by: string; faults: readonly string[] }> = [
    {
      label: 'too long, with the measured length',
      replaced: /needs_info: .*/,
      by: `needs_info: "#{trackingId}${'x'.repeat(158)}"`,
      faults: [`${needsInfo}: 171 septets at its worst case, at most 160 (11 too many)`],
    },
    {
      label: 'too long with its due date',
      replaced: /forwarded: .*/,
      by: `forwarded: "#{trackingId}${'x'.repeat(120)}"`,
      faults: [`${forwarded}: 165 septets at its worst case, \`dueDate\` included, at most 160 (5 too many)`],
    },
    {
      label: 'too long for the name of an agency',
      replaced: /archived: .*\{agency\}.*/,
      by: `archived: "#{trackingId} {agency}${'x'.repeat(90)}"`,
      faults: [
        `id.yaml:${lineOf('  archived: "Laporan #{trackingId}: Diarsipkan oleh')} statusWithAgency.archived: 164 septets at its worst case, at most 160 (4 too many)`,
      ],
    },
    {
      label: 'extension characters count two',
      replaced: /refused: .*/,
      by: `refused: "${'['.repeat(81)}"`,
      faults: [`id.yaml:${lineOf('refused')} refused: 162 septets at its worst case, at most 160 (2 too many)`],
    },
    {
      label: 'the longest option of a select counts',
      replaced: /refused: .*/,
      by: `refused: "{agency, select, polri {${'x'.repeat(161)}} other {y}}"`,
      faults: [
        `id.yaml:${lineOf('refused')} refused: 161 septets at its worst case, at most 160 (1 too many)`,
        `id.yaml:${lineOf('refused')} refused: unknown argument {agency}; this text takes none`,
      ],
    },
    {
      label: 'a character outside GSM-7, with what to write',
      replaced: /needs_info: .*/,
      by: 'needs_info: "Laporan #{trackingId} – butuh keterangan."',
      faults: [
        `${needsInfo}: \`–\` (U+2013) is not in the SMS alphabet (GSM-7) and would halve the room; write \`-\` instead`,
      ],
    },
    {
      label: 'a character that has no likeness, on its own line of a folded text',
      replaced: /needs_info: .*/,
      by: 'needs_info: >-\n    Laporan #{trackingId}\n    butuh keterangan 🙏',
      faults: [
        `id.yaml:${lineOf('  needs_info') + 2} status.needs_info: \`🙏\` (U+1F64F) is not in the SMS alphabet (GSM-7) and would halve the room; write it in other words`,
      ],
    },
    ...['www.lapor.go.id', 'https://s.id/abc', 'lapor.go.id/x', 'LAPOR.GO.ID'].map((link) => ({
      label: `a link: ${link}`,
      replaced: /needs_info: .*/,
      by: `needs_info: "Laporan #{trackingId}: buka ${link} ya."`,
      faults: [`${needsInfo}: \`${link}\` reads as a link; replies hold none, for fraud comes with links`],
    })),
    {
      label: 'no link where a dot ends a sentence or a number',
      replaced: /needs_info: .*/,
      by: 'needs_info: "Laporan #{trackingId}: pukul 09.00. Rp 1.500... Terima kasih."',
      faults: [],
    },
    {
      label: 'an argument that was mistyped',
      replaced: /needs_info: .*/,
      by: 'needs_info: "Laporan #{trackingID}"',
      faults: [
        `${needsInfo}: the text must name {trackingId}`,
        `${needsInfo}: unknown argument {trackingID}; did you mean {trackingId}?`,
      ],
    },
    {
      label: 'an argument of another text',
      replaced: /needs_info: .*/,
      by: 'needs_info: "Laporan #{trackingId} {agency}"',
      faults: [`${needsInfo}: unknown argument {agency}; known here: trackingId`],
    },
    {
      label: 'an open brace',
      replaced: /needs_info: .*/,
      by: 'needs_info: "Laporan #{trackingId"',
      faults: [`${needsInfo}: not an ICU message: a { without its }`],
    },
    {
      label: 'a form for numbers',
      replaced: /needs_info: .*/,
      by: 'needs_info: "Laporan #{trackingId, number}"',
      faults: [`${needsInfo}: only {name} and {name, select, …} are taken here: every value is a text`],
    },
    {
      label: 'an empty text',
      replaced: /needs_info: .*/,
      by: 'needs_info: " "',
      faults: [`${needsInfo}: empty; expected a text`],
    },
    {
      label: 'a number for a text',
      replaced: /needs_info: .*/,
      by: 'needs_info: 1708',
      faults: [`${needsInfo}: expected a text; put it in quotes`],
    },
    {
      label: 'a missing text, at its block',
      replaced: / {2}needs_info: .*keterangan tambahan.*\n/,
      by: '',
      faults: [`id.yaml:${lineOf('status:')} status.needs_info: missing; expected a text that names {trackingId}`],
    },
    {
      label: 'a mistyped key',
      replaced: /refused: /,
      by: 'refusd: ',
      faults: [
        'id.yaml:1 refused: missing; expected a text',
        `id.yaml:${lineOf('refused')} refusd: unknown key \`refusd\`; did you mean \`refused\`?`,
      ],
    },
    {
      label: 'a status that there is not',
      replaced: / {2}closed: "Laporan #\{trackingId\}: Selesai. Terima/,
      by: '  selesai: "x"\n  closed: "#{trackingId}',
      faults: [
        `id.yaml:${lineOf('  closed')} status.selesai: unknown key \`selesai\`; known here: received, verified, forwarded, in_progress, needs_info, responded, closed, postponed, rejected, archived`,
      ],
    },
  ];
  for (const c of cases) {
    it(c.label, () => expect(faultsWith(c.replaced, c.by)).to.deep.equal(c.faults.map(fromFirstKey)));
  }

  /** A fault with the file as a whole stands at its first key. */
  function fromFirstKey(fault: string): string {
    return fault.replace(/^id\.yaml:1 /, `id.yaml:${lineOf('acknowledgement:')} `);
  }

  it('tells the faults of all languages at once', () => {
    const faults = faultsWith(/refused: .*/, 'refused: ""', { 'en.yaml': 'acknowledgement: "{"' });
    expect(faults.filter((fault) => fault.startsWith('en.yaml'))).to.have.length.above(20);
    expect(faults).to.include(`id.yaml:${lineOf('refused')} refused: empty; expected a text`);
  });

  it('names a file that is not named after a language', () => {
    const faults = faultsWith(null, '', { 'indonesia.yaml': '', 'en.yml': '' });
    const message = 'not the name of a reply file; expected a language code and `.yaml`, such as `id.yaml`';
    expect(faults).to.deep.equal([`en.yml:1 : ${message}`, `indonesia.yaml:1 : ${message}`]);
  });

  it('wants a file in the configured language', () => {
    const directory = packagedFile('config', 'replies');
    const loaded = loadWording({ directory, language: 'jv', timeZone: 'Asia/Jakarta' });
    expect(loaded.ok ? [] : loaded.faults.map(({ message }) => message)).to.deep.equal([
      'missing: `replies.language` is `jv`, so there must be a file of that name; found `en.yaml` or `id.yaml`',
    ]);
  });

  it('says when the folder is not there', () => {
    const loaded = loadWording({ directory: folder.path('nowhere'), language: 'id', timeZone: 'Asia/Jakarta' });
    const messages = loaded.ok ? [] : loaded.faults.map(({ message }) => message);
    expect(messages).to.deep.equal(['cannot be read: there is no such file']);
  });
});
