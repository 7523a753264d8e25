import { expect } from 'chai';
import { checkCommand } from '../../src/cli/check.js';
import { printFaults } from '../../src/cli/printFaults.js';
import { adapters } from '../../src/compose.js';
import { packagedFile } from '../../src/config/env.js';
import type { Adapters } from '../../src/config/load.js';
import { testAdapters } from '../config/adapters.js';
import { tempFolder } from '../config/tempFolder.js';

interface Run {
  readonly lines: readonly string[];
  readonly exitCode: number | null;
}

async function check(
  args: readonly string[],
  env: Record<string, string> = {},
  known: Adapters = testAdapters,
): Promise<Run> {
  const lines: string[] = [];
  let exitCode: number | null = null;
  const command = checkCommand({
    adapters: known,
    env,
    print: (line) => lines.push(line),
    colour: false,
    setExitCode: (code) => {
      exitCode = code;
    },
  });
  await command.parseAsync(args, { from: 'user' });
  return { lines, exitCode };
}

describe('check', () => {
  const folder = tempFolder();
  const good =
    'tracker: { adapter: embedded }\nchannels:\n  three: { adapter: smpp, host: a, systemId: b, password: rahasia }\n';

  it('finds no fault in the packaged config, and says what it configures', async () => {
    const { lines, exitCode } = await check([], {}, adapters);
    expect(exitCode).to.equal(0);
    expect(lines).to.deep.equal([
      `${packagedFile('config', 'default.yaml')}: no faults`,
      '  channels  telkomsel (smpp), indosat (smpp), three (smpp), twitter (twitter)',
      '  profiles  telkomsel config/telcos/telkomsel.yaml, indosat config/telcos/indosat.yaml, three config/telcos/three.yaml',
      '  tracker   embedded',
      '  store     sqlite:data/gateway.db',
      '  replies   in id; texts in en, id',
    ]);
  });

  it('prints every fault with file, line and key, in columns, and exits with 2', async () => {
    const file = folder.write('bad.yaml', `${good}sever: {}\nlog:\n  level: loud\n`);
    const { lines, exitCode } = await check(['--config', file]);
    expect(exitCode).to.equal(2);
    expect(lines).to.deep.equal([
      `${file}:4:1  sever      unknown key \`sever\`; did you mean \`server\`?`,
      `${file}:6:3  log.level  expected \`debug\`, \`info\`, \`warn\` or \`error\`, found another text`,
      '2 faults',
    ]);
  });

  it('tells a warning as a fault is told, and exits with 0', async () => {
    const file = folder.write(
      'odd.yaml',
      `${good}  odd: { adapter: smpp, host: a, systemId: b, password: c, window: 900 }\n`,
    );
    const { lines, exitCode } = await check(['--config', file]);
    expect(exitCode).to.equal(0);
    expect(lines[0]).to.equal(`${file}: no faults`);
    expect(lines.slice(-2)).to.deep.equal([`${file}:4:60  channels.odd.window  warning: unusual`, '1 warning']);
  });

  it('reads the file that GATEWAY_CONFIG names', async () => {
    const file = folder.write('named.yaml', good);
    expect((await check([], { GATEWAY_CONFIG: file })).lines[0]).to.equal(`${file}: no faults`);
  });

  it('checks the reply texts that the config names', async () => {
    folder.write('texts/id.yaml', 'refused: "Laporan Anda – tersimpan."\n');
    const file = folder.write('texts.yaml', `${good}replies: { directory: texts }\n`);
    const { lines, exitCode } = await check(['--config', file]);
    expect(exitCode).to.equal(2);
    const texts = folder.path('texts/id.yaml');
    expect(lines.find((line) => line.includes('U+2013')))
      .to.match(/^\S+:1:24 {2}refused +`–`/)
      .and.contain(texts);
  });

  it('checks the days off that the config names, and warns of a year that is missing', async () => {
    const file = folder.write('days.yaml', `${good}replies: { holidays: days }\n`);
    const days = folder.write('days/2024.yaml', 'source: SKB\nholidays:\n  2024-13-01: Libur\njointLeave: {}\n');
    const faulty = await check(['--config', file]);
    expect(faulty.exitCode).to.equal(2);
    expect(faulty.lines[0]).to.equal(`${days}:3:3  holidays.2024-13-01  there is no such date`);
    folder.write('days/2024.yaml', 'source: SKB\nholidays: {}\njointLeave: {}\n');
    const { lines, exitCode } = await check(['--config', file]);
    expect(exitCode).to.equal(0);
    const thisYear = new Date().getUTCFullYear();
    expect(lines.find((line) => line.includes(`${thisYear}.yaml`))).to.contain('warning: missing: due dates');
  });

  it('checks the reply texts even where the config is faulty', async () => {
    const file = folder.write('worse.yaml', `${good}replies: { language: Indonesia }\n`);
    const { lines } = await check(['--config', file]);
    expect(lines).to.have.lengthOf(2);
    expect(lines[0]).to.contain('replies.language');
  });
});

describe('check --example', () => {
  const folder = tempFolder();
  const block = `tracker: { adapter: embedded }
server: { publicUrl: "https://gateway.example.go.id" }
channels:
  kannel:
    adapter: http
    preset: kannel
    address: "1708"
    auth: { secret: { field: secret, value: "rahasia 17" } }
    username: lapor
    password: sandi1708
    outbound: { url: "http://127.0.0.1:13013/cgi-bin/sendsms", headers: { x-key: "rahasia 17" } }
  three: { adapter: smpp, host: a, systemId: b, password: rahasia, address: "1708" }
`;

  it('shows what comes in and goes out, without a secret', async () => {
    const file = folder.write('kannel.yaml', block);
    const { lines, exitCode } = await check(['--config', file, '--example', 'kannel'], {}, adapters);
    expect(exitCode).to.equal(0);
    const shown = lines.join('\n');
    expect(shown).to.contain('kannel: a text comes in').and.contain('to https://gateway.example.go.id/webhooks/kannel');
    expect(shown)
      .to.match(/^ {2}from +6281234567890$/m)
      .and.match(/^ {2}text +Jalan rusak di depan kantor camat$/m);
    expect(shown).to.contain('username=USERNAME&password=PASSWORD&from=1708&to=%2B6281234567890');
    for (const secret of ['rahasia', 'sandi1708']) expect(shown).to.not.contain(secret);
  });

  const nothingToShow = [
    { channel: 'kanel', says: 'has no channel `kanel`; it has kannel, three' },
    { channel: 'three', says: 'three (smpp) has no examples' },
  ];
  for (const { channel, says } of nothingToShow) {
    it(`says that there is nothing to show of ${channel}, and exits with 2`, async () => {
      const file = folder.write('kannel.yaml', block);
      const { lines, exitCode } = await check(['--config', file, '--example', channel], {}, adapters);
      expect(exitCode).to.equal(2);
      expect(lines.join('\n')).to.contain(says);
    });
  }
});

describe('printFaults', () => {
  const fault = { file: 'gateway.yaml', line: 1, column: 2, key: '', message: 'cannot be read' };

  function printed(colour: boolean): string[] {
    const lines: string[] = [];
    printFaults([fault], { print: (line) => lines.push(line), colour });
    return lines;
  }

  it('prints a dash for a fault with the whole file', () => {
    expect(printed(false)).to.deep.equal(['gateway.yaml:1:2  -  cannot be read', '1 fault']);
  });

  it('colours for a terminal only', () => {
    expect(printed(true).join('')).to.contain('\u001b[');
    expect(printed(false).join('')).not.to.contain('\u001b[');
  });
});
