import { createServer } from 'node:http';
import { expect } from 'chai';
import { CommanderError } from 'commander';
import { closeHttp, listen } from '../../scripts/simulators/http.js';
import { tweetCommand } from '../../src/cli/tweet.js';
import { lookedUp, type Rig, rig } from '../scripts/simulators/x/client.js';

interface Run {
  readonly out: string;
  readonly error: string;
  readonly exitCode: number;
}

describe('lapor-gateway tweet', () => {
  let sim: Rig;

  beforeEach(async () => {
    sim = await rig();
  });

  afterEach(() => sim.close());

  /** A gateway in one line: answers the next post of a citizen, in its thread, with this. */
  async function answering(...replies: readonly string[]): Promise<void> {
    const posted = await sim.control('/posts?from=warga&waitMs=10000');
    for (const reply of replies) await sim.user.v2.reply(reply, String(posted.at('posts.0.id')));
  }

  async function run(
    options: { onWrite?: (text: string) => void; controlPort?: number },
    ...argv: string[]
  ): Promise<Run> {
    const interrupt = new AbortController();
    let out = '';
    let error = '';
    const command = tweetCommand(
      () => Promise.resolve({ host: '127.0.0.1', controlPort: options.controlPort ?? sim.x.controlPort }),
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

  it('prints the post and the answer in its thread, with the ids to go on with', async () => {
    const [{ out, error, exitCode }] = await Promise.all([run({}, 'lampu mati'), answering('Diterima #9165816')]);
    expect([error, exitCode]).to.deep.equal(['', 0]);
    expect(out.replaceAll(/\d{19}/g, 'ID')).to.equal(
      '@warga (ID)\n  @lapor1708 lampu mati\n\n@lapor1708 (ID, answers ID)\n  Diterima #9165816\n\n',
    );
  });

  const addressed: ReadonlyArray<{ text: string; posted: string }> = [
    { text: 'lampu mati', posted: '@lapor1708 lampu mati' },
    { text: 'lampu mati #lapor1708', posted: 'lampu mati #lapor1708' },
    { text: '@lapor1708 lampu mati', posted: '@lapor1708 lampu mati' },
  ];
  for (const { text, posted } of addressed) {
    it(`posts "${text}" as "${posted}"`, async () => {
      await run({}, text, '--wait', '0');
      expect((await sim.control('/posts')).at('posts.0.text')).to.equal(posted);
    });
  }

  it('answers in a thread', async () => {
    const own = await sim.user.v2.tweet('Pengumuman');
    await run({}, 'masih rusak', '--reply-to', own.data.id, '--from', 'tetangga', '--wait', '0');
    const { at } = await sim.control('/posts?from=tetangga');
    expect([at('posts.0.text'), at('posts.0.inReplyTo')]).to.deep.equal(['masih rusak', own.data.id]);
  });

  it('shows a thread, from any post in it, and posts nothing', async () => {
    const own = await sim.user.v2.tweet('Pengumuman');
    const { at } = await sim.control('/posts', { json: { from: 'warga', text: 'rusak', inReplyTo: own.data.id } });
    const { out } = await run({}, '--thread', String(at('id')));
    expect(out.replaceAll(/\d{19}/g, 'ID')).to.equal(
      '@lapor1708 (ID)\n  Pengumuman\n\n@warga (ID, answers ID)\n  rusak\n\n',
    );
    expect((await sim.control('/posts')).at('posts')).to.have.length(2);
  });

  it('talks by direct message', async () => {
    const answered = sim.control('/messages/warga?waitMs=10000').then(async () => {
      const { id } = sim.x.simulator.people.called('warga');
      await sim.user.v2.post(`dm_conversations/with/${id}/messages`, { text: 'Diterima' });
    });
    const [{ out }] = await Promise.all([run({}, 'RAHASIA', '--dm'), answered]);
    expect(out).to.match(
      /^@warga to @lapor1708 \(direct message \d+\)\n {2}RAHASIA\n\n@lapor1708 to @warga .*\n {2}Diterima/,
    );
  });

  it('follows until it is interrupted', async () => {
    const [{ out, exitCode }] = await Promise.all([run({}, 'x', '--follow'), answering('pertama', 'terakhir')]);
    expect(out).to.include('pertama').and.include('terakhir');
    expect(exitCode).to.equal(0);
  });

  describe('explains why no answer came', () => {
    const cases: ReadonlyArray<{ label: string; gateway: (id: string) => Promise<unknown>; error: RegExp }> = [
      { label: 'no gateway', gateway: async () => undefined, error: /No gateway has read the post.*doctor twitter/ },
      {
        label: 'no answer from it',
        gateway: () => sim.call(`/2/users/${sim.x.simulator.service.id}/mentions`),
        error: /has read it, and answered nothing.*dead-letters list/,
      },
      {
        label: 'an answer that X refuses',
        gateway: async (id) => {
          await sim.call(`/2/users/${sim.x.simulator.service.id}/mentions`);
          await sim.user.v2.reply('a'.repeat(281), id).catch(() => undefined);
        },
        error: /X refused what the gateway answered \(403\)/,
      },
    ];
    for (const { label, gateway, error } of cases) {
      it(label, async () => {
        const acted = sim
          .control('/posts?from=warga&waitMs=10000')
          .then(({ body }) => gateway(String(lookedUp(body, 'posts.0.id'))));
        // One second is what the gateway of the case has to act.
        const [result] = await Promise.all([run({}, 'lampu mati', '--wait', '1'), acted]);
        expect(result.exitCode).to.equal(1);
        expect(result.error)
          .to.match(error)
          .and.match(/^No answer within 1 s\. /);
      });
    }

    it('a message that nobody reads', async () => {
      const { error } = await run({}, 'RAHASIA', '--dm', '--wait', '0');
      expect(error).to.match(/No gateway has read the message/);
    });
  });

  const faults: ReadonlyArray<{ label: string; argv: string[]; error: RegExp; controlPort?: number }> = [
    { label: 'nothing to send', argv: [], error: /^Nothing to send.*--thread ID/ },
    { label: 'no handle', argv: ['x', '--from', 'Pak Budi'], error: /"Pak Budi" is no handle: X allows/ },
    { label: 'no such post', argv: ['x', '--reply-to', '17'], error: /No post 17 here/ },
    { label: 'both ways at once', argv: ['x', '--dm', '--reply-to', '17'], error: /cannot be used with/ },
    {
      label: 'no simulator',
      argv: ['x'],
      controlPort: 1,
      error: /^No simulated X at 127\.0\.0\.1:1\. Start it with `npm start`/,
    },
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
      const { error } = await run({ controlPort: await listen(website, '127.0.0.1', 0) }, 'x');
      expect(error).to.match(/^What answers at http:\/\/127\.0\.0\.1:\d+ is no simulated X/);
    } finally {
      await closeHttp(website);
    }
  });
});
