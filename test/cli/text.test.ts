import { createServer } from 'node:http';
import { expect } from 'chai';
import { CommanderError } from 'commander';
import { closeHttp, listen } from '../../scripts/simulators/http.js';
import { type Smsc, startSmsc } from '../../scripts/simulators/smsc/index.js';
import { statusOf } from '../../scripts/simulators/smsc/library.js';
import { textCommand } from '../../src/cli/text.js';
import { Esme, type Manners } from '../scripts/simulators/smsc/esme.js';

const credentials = { systemId: 'lapor', password: 'secret' };

interface Run {
  readonly out: string;
  readonly error: string;
  readonly exitCode: number;
}

describe('lapor-gateway text', () => {
  let smsc: Smsc;
  const esmes: Esme[] = [];

  beforeEach(async () => {
    smsc = await startSmsc({
      telcos: ['telkomsel', 'three'].map((name) => ({ name, ...credentials })),
      retryIntervalMs: 10,
    });
  });

  afterEach(async () => {
    for (const esme of esmes.splice(0)) esme.close();
    await smsc.close();
  });

  async function bound(telco = 'telkomsel', manners?: Manners): Promise<Esme> {
    const esme = await Esme.bound(smsc.telco(telco).port, manners);
    esmes.push(esme);
    return esme;
  }

  /** A gateway in one line: answers each text with this. */
  async function answering(reply: string, telco = 'telkomsel'): Promise<void> {
    const esme = await bound(telco);
    esme.session.on('deliver_sm', (pdu) => {
      void esme.submit(reply, { destination_addr: String(pdu.source_addr) });
    });
  }

  async function run(
    options: { onWrite?: (text: string) => void; controlPort?: number },
    ...argv: string[]
  ): Promise<Run> {
    const interrupt = new AbortController();
    let out = '';
    let error = '';
    const command = textCommand(
      () => Promise.resolve({ host: '127.0.0.1', controlPort: options.controlPort ?? smsc.controlPort }),
      {
        hasColour: false,
        write: (text) => {
          out += text;
          options.onWrite?.(text);
          if (text.includes('terakhir')) interrupt.abort();
        },
        interrupted: () => interrupt.signal,
      },
    );
    command.exitOverride().configureOutput({
      writeErr: (text) => {
        error += text;
      },
    });
    try {
      await command.parseAsync(argv, { from: 'user' });
      return { out, error, exitCode: 0 };
    } catch (fault) {
      if (fault instanceof CommanderError) return { out, error, exitCode: fault.exitCode };
      throw fault;
    }
  }

  it('prints what is sent and the reply, with its segments and encoding', async () => {
    await answering('Laporan diterima #9165816');
    expect(await run({}, 'Jln rusak', '--from', '0812-3456-7890')).to.deep.equal({
      out:
        '0812-3456-7890 by telkomsel (1 segment)\n  Jln rusak\n\n' +
        '1708 to 0812-3456-7890 (1 segment, gsm7)\n  Laporan diterima #9165816\n\n',
      error: '',
      exitCode: 0,
    });
  });

  it('sends by the named channel', async () => {
    await answering('lewat three', 'three');
    const { out } = await run({}, 'Jln rusak', '--channel', 'three');
    expect(out).to.include('by three').and.include('lewat three');
  });

  it('shows only what came after the text', async () => {
    const esme = await bound();
    await esme.submit('lama');
    esme.session.on('deliver_sm', () => void esme.submit('baru'));
    const { out } = await run({}, 'Jln rusak');
    expect(out).to.include('baru').and.not.include('lama');
  });

  it('shows the inbox, and sends nothing', async () => {
    const esme = await bound();
    expect((await run({}, '--inbox')).out).to.equal('081234567890 has received nothing.\n');
    await esme.submit('satu\ndua');
    expect((await run({}, '--inbox')).out).to.equal('1708 to 081234567890 (1 segment, gsm7)\n  satu\n  dua\n\n');
    expect(esme.delivered).to.have.length(0);
  });

  it('follows until it is interrupted', async () => {
    await answering('pertama');
    const [esme] = esmes;
    const onWrite = (text: string) => {
      if (text.includes('pertama')) void esme?.submit('terakhir');
    };
    const { out, exitCode } = await run({ onWrite }, 'Jln rusak', '--follow');
    expect(out).to.include('pertama').and.include('terakhir');
    expect(exitCode).to.equal(0);
  });

  describe('explains why no reply came', () => {
    const cases: ReadonlyArray<{ label: string; manners: Manners | null; error: RegExp }> = [
      {
        label: 'no gateway',
        manners: null,
        error: /no gateway takes messages from telkomsel.*npm start.*doctor telkomsel/,
      },
      { label: 'no tracker', manners: () => 0, error: /has the text on disk, but sent no SMS.*dead-letters list/ },
      { label: 'no acknowledgement', manners: () => null, error: /has not acknowledged it.*readyz/ },
      { label: 'no store', manners: () => statusOf('ESME_RX_T_APPN'), error: /SMPP error 0x64.*goes on trying/ },
      {
        label: 'a refusal',
        manners: () => statusOf('ESME_RX_R_APPN'),
        error: /refused the text for good \(SMPP error 0x66\)/,
      },
    ];
    for (const { label, manners, error } of cases) {
      it(label, async () => {
        if (manners !== null) await bound('telkomsel', manners);
        const settled = await settledState(error, manners === null ? 0 : 1);
        expect(settled.exitCode).to.equal(1);
        expect(settled.error)
          .to.match(error)
          .and.match(/^No reply within [01] s\. /);
      });
    }

    /**
     * On a slow machine the text may still be on its way: look again. From another number, for the telco sends a
     * citizen's second text only when the first was taken.
     */
    async function settledState(error: RegExp, waitSeconds: number): Promise<Run> {
      for (let number = 1; ; number += 1) {
        const from = `0812345678${String(number).padStart(2, '0')}`;
        const result = await run({}, 'Jln rusak', '--from', from, '--wait', String(waitSeconds));
        if (error.test(result.error)) return result;
      }
    }
  });

  const faults: ReadonlyArray<{ label: string; argv: string[]; error: RegExp; controlPort?: number }> = [
    { label: 'nothing to send', argv: [], error: /^Nothing to send/ },
    { label: 'no number', argv: ['x', '--from', 'Budi'], error: /That is no phone number.*081234567890/ },
    {
      label: 'an unknown telco',
      argv: ['x', '--channel', 'xl'],
      error: /No telco "xl" here\. There is: telkomsel, three/,
    },
    {
      label: 'no simulator',
      argv: ['x'],
      controlPort: 1,
      error: /^No simulated telco at 127\.0\.0\.1:1\. Start it with `npm start`/,
    },
    { label: 'a bad wait', argv: ['x', '--wait', 'soon'], error: /Expected whole seconds/ },
  ];
  for (const { label, argv, error, controlPort } of faults) {
    it(`says what is wrong: ${label}`, async () => {
      const result = await run(controlPort === undefined ? {} : { controlPort }, ...argv);
      expect(result.exitCode).to.equal(1);
      expect(result.error).to.match(error);
    });
  }

  it('says so when something else listens there', async () => {
    const website = createServer((_, response) => response.writeHead(200).end('<html>'));
    try {
      const { exitCode, error } = await run({ controlPort: await listen(website, '127.0.0.1', 0) }, 'x');
      expect(exitCode).to.equal(1);
      expect(error).to.match(/^What answers at http:\/\/127\.0\.0\.1:\d+ is no simulated telco/);
    } finally {
      await closeHttp(website);
    }
  });
});
