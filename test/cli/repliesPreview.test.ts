import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { repliesCommand } from '../../src/cli/repliesPreview.js';
import { packagedFile } from '../../src/config/env.js';
import { statuses } from '../../src/domain/status.js';
import { testAdapters } from '../config/adapters.js';
import { tempFolder } from '../config/tempFolder.js';

interface Run {
  readonly output: string;
  readonly faults: readonly string[];
  readonly exitCode: number | null;
}

async function preview(args: readonly string[], hasColour = false): Promise<Run> {
  let output = '';
  const faults: string[] = [];
  let exitCode: number | null = null;
  const command = repliesCommand({
    adapters: testAdapters,
    env: {},
    output: {
      write: (text) => {
        output += text;
      },
    },
    hasColour,
    print: (line) => faults.push(line),
    colour: false,
    setExitCode: (code) => {
      exitCode = code;
    },
  });
  await command.parseAsync(['preview', ...args], { from: 'user' });
  return { output, faults, exitCode };
}

describe('replies preview', () => {
  const folder = tempFolder();
  const config = () =>
    folder.write(
      'gateway.yaml',
      'tracker: { adapter: embedded }\nchannels:\n  three: { adapter: smpp, host: a, systemId: b, password: rahasia }\n' +
        'replies: { directory: own }\n',
    );
  const packaged = (name: string) => readFileSync(packagedFile('config', 'replies', name), 'utf8');

  it('shows each text in each language, with its SMS and its length as a post', async () => {
    folder.write('own/id.yaml', packaged('id.yaml'));
    folder.write('own/jv.yaml', packaged('en.yaml'));
    const { output, exitCode } = await preview(['--config', config()]);
    expect(exitCode).to.equal(0);
    expect(output)
      .to.match(/^id: \d+ replies, each at its longest\n/)
      .and.to.match(/\n\njv: \d+ replies/);
    expect(output).to.match(
      /\nfollowUp\.rating {2,}1 SMS {2}gsm7 {2}61\/160 septets {2}post 61\/280\n {2}Terima kasih\. Nilai 5 untuk laporan #916581600000 kami catat\.\n/,
    );
    expect(output).to.match(
      /\nstatus\.received \+ agencyMessage {2,}2 SMS {2}gsm7 {2}\d+\/306 septets {2}post \d+\/280, cut there\n/,
    );
    expect(output).not.to.contain('\u001b');
  });

  it('tells scripts the same, in lines of JSON', async () => {
    const { output } = await preview(['--config', config(), '--language', 'id', '--json']);
    const replies = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(replies.find(({ key }) => key === 'help')).to.deep.include({
      language: 'id',
      encoding: 'gsm7',
      segments: 1,
      hasMessage: false,
    });
    expect(replies.filter(({ segments }) => segments === 2)).to.have.length(statuses.length);
    expect(new Set(replies.map(({ language }) => language))).to.deep.equal(new Set(['id']));
  });

  it('has colours on a terminal', async () => {
    expect((await preview(['--config', config()], true)).output).to.contain('\u001b[36m');
  });

  it('names the line of a text that does not fit, and exits with 2', async () => {
    folder.write('own/id.yaml', packaged('id.yaml').replace(/empty: .*/, `empty: "${'x'.repeat(161)}"`));
    const { output, faults, exitCode } = await preview(['--config', config()]);
    expect({ output, exitCode }).to.deep.equal({ output: '', exitCode: 2 });
    expect(faults[0]).to.match(/id\.yaml:\d+:1 {2}empty {2}161 septets at its worst case, at most 160 \(1 too many\)$/);
    folder.write('own/id.yaml', packaged('id.yaml'));
  });

  it('says which languages there are', async () => {
    const error = await preview(['--config', config(), '--language', 'su']).then(
      () => null,
      (reason: Error) => reason.message,
    );
    expect(error).to.equal('there are no texts in `su`; expected `id` or `jv`');
  });
});
