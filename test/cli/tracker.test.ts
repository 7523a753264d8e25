import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CommanderError } from 'commander';
import { embeddedTracker, openTicketDesk } from '../../adapters/trackers/embedded/index.js';
import { trackerCommand } from '../../src/cli/tracker.js';
import { RecordingLog } from '../adapters/trackers/recording.js';
import { sampleReport } from '../adapters/trackers/samples.js';

interface Said {
  readonly out: string;
  readonly err: string;
  readonly exitCode: number;
}

describe('lapor-gateway tracker', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tracker-command-'));
    file = join(folder, 'tracker.db');
    const tracker = embeddedTracker.create({ file }, { log: new RecordingLog() });
    const never = new AbortController().signal;
    await tracker.submit(sampleReport({ title: 'Jalan rusak' }), never);
    const title = 'Lampu\u001b[2J mati\ndi sepanjang Jalan Ahmad Yani dekat pasar induk sejak Lebaran';
    await tracker.submit(sampleReport({ title, kind: 'information_request' }), never);
    await tracker.close();
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** Runs the command as `main` would, but for the exit. */
  async function run(...args: string[]): Promise<Said> {
    let out = '';
    let err = '';
    const openDesk = async (configFile?: string) => openTicketDesk(configFile ?? file);
    const command = trackerCommand(openDesk, { write: (text) => (out += text) });
    for (const each of [command, ...command.commands]) {
      each.exitOverride().configureOutput({ writeErr: (text) => (err += text) });
    }
    try {
      await command.parseAsync(args, { from: 'user' });
      return { out, err, exitCode: 0 };
    } catch (error) {
      return { out, err: err || String(error), exitCode: (error as CommanderError).exitCode ?? 1 };
    }
  }

  it('lists the newest first, in columns, with titles cut and made harmless', async () => {
    const { out } = await run('list');
    const [head, ...rows] = out.trimEnd().split('\n');
    expect(head).to.match(/^ID +STATUS +KIND +TITLE +RECEIVED +UPDATED$/);
    expect(rows).to.have.length(2);
    expect(rows[0]).to.match(
      /^#1000002 {2}received {2}information_request {2}Lampu \[2J mati di sepanjang .*… {2}2026/,
    );
    expect(rows[1]).to.match(/^#1000001 .* Jalan rusak +2026-11-21 09:30Z {2}\d{4}-\d\d-\d\d \d\d:\d\dZ$/);
    expect(out).not.to.include('\u001b');
  });

  it('says how much of all it shows', async () => {
    const { out } = await run('list', '--limit', '1');
    expect(out).to.match(/1 newest of 2; --limit shows more\n$/);
  });

  it('lists as JSON, one ticket a line', async () => {
    const { out } = await run('list', '--json');
    const tickets = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { trackingId: string; title: string });
    expect(tickets.map(({ trackingId }) => trackingId)).to.deep.equal(['1000002', '1000001']);
    expect(tickets[1]).to.include({ status: 'received', kind: 'complaint', title: 'Jalan rusak', followUps: 0 });
  });

  for (const id of ['1000001', '#1000001']) {
    it(`moves ticket ${id}`, async () => {
      const { out } = await run('set', id, 'forwarded', '--agency', 'Dinas PU', '--message', 'Diteruskan');
      expect(out).to.equal('#1000001 is now forwarded (Terdisposisi)\n');
      const listed = JSON.parse((await run('list', '--json')).out.split('\n')[1] ?? '') as object;
      expect(listed).to.include({ trackingId: '1000001', status: 'forwarded', agency: 'Dinas PU' });
    });
  }

  const faults: readonly { label: string; args: string[]; says: RegExp }[] = [
    { label: 'an unknown id', args: ['set', '9999999', 'closed'], says: /no ticket #9999999.*tracker list/ },
    { label: 'an id that is none', args: ['set', 'LAPOR', 'closed'], says: /expected a number such as 1000001/ },
    { label: 'an unknown status', args: ['set', '1000001', 'selesai'], says: /closed +Selesai\n.*postponed +Ditunda/s },
    { label: 'an empty message', args: ['set', '1000001', 'closed', '--message', ' '], says: /--message is empty/ },
    {
      label: 'a message that no event can carry',
      args: ['set', '1000001', 'closed', '--message', 'x'.repeat(5_001)],
      says: /--message has 5001 characters; 5000 fit/,
    },
    { label: 'a limit of nothing', args: ['list', '--limit', '0'], says: /from 1 to 10000/ },
    { label: 'no file', args: ['list', '--config', '/nowhere/tracker.db'], says: /no tickets at \/nowhere/ },
  ];
  for (const { label, args, says } of faults) {
    it(`fails clearly on ${label}`, async () => {
      const { err, exitCode, out } = await run(...args);
      expect(exitCode).not.to.equal(0);
      expect(err).to.match(says);
      expect(out).to.equal('');
    });
  }
});
