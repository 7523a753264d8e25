import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Smsc, startSmsc } from '../../scripts/simulators/smsc/index.js';
import { doctorCommand } from '../../src/cli/doctor.js';
import { loadSettings } from '../../src/cli/settings.js';
import { adapters } from '../../src/compose.js';
import { tempFolder } from '../config/tempFolder.js';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

interface Run {
  readonly lines: readonly string[];
  readonly exitCode: number | null;
  readonly error: string;
}

describe('doctor', () => {
  const folder = tempFolder();
  let smsc: Smsc;
  let file: string;

  before(async () => {
    const telco = { systemId: 'lapor', password: 'rahasia-sekali', maxBinds: 1 };
    smsc = await startSmsc({
      telcos: [
        { name: 'telkomsel', ...telco },
        { name: 'three', ...telco, systemId: 'lain' },
      ],
      retryIntervalMs: 20,
    });
    file = folder.write('gateway.yaml', configOf(0));
  });

  after(() => smsc.close());

  function configOf(httpPort: number): string {
    const channel = (name: string) =>
      `  ${name}: { adapter: smpp, host: 127.0.0.1, port: ${smsc.telco(name).port}, systemId: lapor, password: rahasia-sekali, address: "1708", limits: { binds: 1 } }`;
    return [
      `server: { port: ${httpPort} }`,
      `store: { url: "sqlite:${folder.path('gateway.db')}" }`,
      `tracker: { adapter: embedded, file: "${folder.path('tracker.db')}" }`,
      'channels:',
      channel('telkomsel'),
      channel('three'),
    ].join('\n');
  }

  async function doctor(args: readonly string[], hasColour = false, config = file): Promise<Run> {
    const lines: string[] = [];
    let exitCode: number | null = null;
    let error = '';
    const command = doctorCommand({
      configOf: async () => {
        const settings = loadSettings(config, { adapters, env: {} });
        if (!settings.ok) throw new Error(JSON.stringify(settings.faults));
        return settings.config;
      },
      print: (line) => lines.push(line),
      hasColour,
      setExitCode: (code) => {
        exitCode = code;
      },
      interrupted: () => new AbortController().signal,
    });
    command.exitOverride().configureOutput({
      writeErr: (text) => {
        error += text;
      },
    });
    await command.parseAsync(args, { from: 'user' }).catch(() => undefined);
    return { lines, exitCode, error };
  }

  it('tells each stage of one channel in a line, and exits with 0', async () => {
    const { lines, exitCode } = await doctor(['telkomsel']);
    expect(exitCode).to.equal(0);
    expect(lines[0]).to.equal('telkomsel (smpp)');
    expect(lines.filter((line) => line.startsWith('  ok'))).to.have.lengthOf(3);
    expect(lines.at(-1)).to.equal('No stage failed.');
  });

  it('tests all channels without a name, and exits with 1 when one has failed', async () => {
    const { lines, exitCode } = await doctor([]);
    expect(exitCode).to.equal(1);
    expect(lines).to.include.members(['telkomsel (smpp)', 'three (smpp)']);
    expect(lines.at(-1)).to.equal('Failed: three');
  });

  const languages = [
    { lang: 'en', words: ['Likely causes', 'What to do', 'the account is not known'] },
    { lang: 'id', words: ['Kemungkinan penyebab', 'Yang perlu dilakukan', 'akun tidak dikenal'] },
  ];
  for (const c of languages) {
    it(`tells what failed, the name of the code, causes and remedies: ${c.lang}`, async () => {
      const { lines } = await doctor(['three', '--lang', c.lang]);
      for (const words of [...c.words, 'ESME_RINVSYSID (0x0f)']) expect(lines.join('\n')).to.contain(words);
    });
  }

  it('prints one JSON object a line for programs', async () => {
    const { lines } = await doctor(['three', '--json']);
    const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(objects.find(({ stage }) => stage === 'bind')).to.deep.include({
      channel: 'three',
      result: 'failed',
      reason: 'bind.ESME_RINVSYSID',
    });
    expect(objects.at(-1)).to.deep.equal({ ok: false, failed: ['three'] });
  });

  it('colours for a terminal only', async () => {
    expect((await doctor(['telkomsel'], true)).lines.join('')).to.contain('\u001b[');
    expect((await doctor(['telkomsel'])).lines.join('')).not.to.contain('\u001b[');
  });

  it('sends to a handset, and never shows the number, the password or the text of a citizen', async () => {
    const { lines, exitCode } = await doctor(['telkomsel', '--send-to', '0812-3456-7890', '--wait', '5', '--json']);
    expect(exitCode).to.equal(0);
    expect((await smsc.inbox('081234567890')).at(-1)?.text).to.contain('LAPOR!');
    for (const secret of ['812-3456', '81234567890', 'rahasia-sekali']) expect(lines.join('\n')).not.to.contain(secret);
  });

  it('says which word to text, and knows it', async () => {
    const texted = smsc.changes.until(() => (smsc.telco('telkomsel').bindings.length > 0 ? true : undefined), 5_000);
    const lines: string[] = [];
    const command = doctorCommand({
      configOf: async () => {
        const settings = loadSettings(file, { adapters, env: {} });
        if (!settings.ok) throw new Error('faulty');
        return settings.config;
      },
      print: (line) => {
        lines.push(line);
        const word = line.match(/UJI \d{4}/)?.[0];
        if (word !== undefined && line.includes('waiting'))
          smsc.text({ from: '081234567890', text: word, telco: 'telkomsel' });
      },
      hasColour: false,
      setExitCode: (code) => expect(code).to.equal(0),
      interrupted: () => new AbortController().signal,
    });
    await command.parseAsync(['telkomsel', '--wait-for-text', '--wait', '10'], { from: 'user' });
    await texted;
    expect(lines.join('\n')).to.match(/ok +deliver_sm .* read as gsm7/);
  });

  const mistakes = [
    {
      label: 'an unknown channel',
      args: ['telkomsle'],
      error: /no channel of this name; .* did you mean `telkomsel`\?/,
    },
    { label: '--send-to without a channel', args: ['--send-to', '081234567890'], error: /for one channel: name it/ },
    { label: 'a number that is none', args: ['telkomsel', '--send-to', 'Budi'], error: /Expected a phone number/ },
    { label: 'a wait without end', args: ['telkomsel', '--wait', '601'], error: /from 1 to 600/ },
    { label: 'a language that it does not speak', args: ['--lang', 'nl'], error: /Allowed choices are en, id/ },
  ];
  for (const c of mistakes) {
    it(`explains ${c.label}`, async () => {
      const { error, lines } = await doctor(c.args);
      expect(error).to.match(c.error);
      expect(lines).to.deep.equal([]);
    });
  }

  describe('beside a running gateway', () => {
    let gateway: ChildProcess;
    let running: string;

    before(async () => {
      const port = await freePort();
      running = folder.write('running.yaml', configOf(port));
      gateway = spawn(process.execPath, [main, 'start', '--config', running], {
        stdio: ['ignore', 'pipe', 'ignore'],
        cwd: folder.path('.'),
      });
      expect(await smsc.bound('telkomsel', 1, 15_000)).to.equal(true);
      await once(gateway.stdout as NodeJS.ReadableStream, 'data');
    });

    after(async () => {
      const exit = once(gateway, 'exit');
      gateway.kill('SIGTERM');
      await exit;
    });

    it('says so, and does not touch the only bind', async () => {
      const { binds } = smsc.telco('telkomsel').counts;
      const { lines, exitCode } = await doctor(
        ['telkomsel', '--send-to', '081234567890', '--wait', '1'],
        false,
        running,
      );
      expect(exitCode).to.equal(0);
      expect(lines[1]).to.match(/ok +gateway .*a gateway runs and says: up; transceiver 1 at .* bound/);
      expect(lines.join('\n')).to.contain('the running gateway holds the binds');
      expect(smsc.telco('telkomsel').counts).to.include({ binds });
      expect(smsc.telco('telkomsel').bindings).to.have.lengthOf(1);
    });

    it('binds when it is forced to, and tells what the telco makes of it', async () => {
      const { lines, exitCode } = await doctor(['telkomsel', '--force-bind'], false, running);
      expect(exitCode).to.equal(1);
      expect(lines.join('\n')).to.contain('ESME_RALYBND');
    });

    it('tests a channel that the gateway has not bound', async () => {
      const { lines } = await doctor(['three'], false, running);
      expect(lines[1]).to.match(/says: down;/);
      expect(lines.join('\n')).to.contain('ESME_RINVSYSID');
    });
  });

  /** The gateway needs a port that is known beforehand: one that was free a moment ago. */
  async function freePort(): Promise<number> {
    const other = await startSmsc({ telcos: [{ name: 'x', systemId: 'x', password: 'x' }] });
    const { port } = other.telco('x');
    await other.close();
    return port;
  }
});
