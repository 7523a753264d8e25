import { link, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { askGateway } from '../../src/control/client.js';
import type { ControlAnswer, ControlRequest } from '../../src/control/protocol.js';
import { type ControlServer, startControlServer } from '../../src/control/server.js';
import { held } from '../fakes/facts.js';
import { MemoryLog } from '../fakes/log.js';

const list: ControlRequest = { command: 'channel list' };
const none: ControlAnswer = { kind: 'channels', channels: [] };

describe('the control socket', () => {
  let folder: string;
  let file: string;
  let log: MemoryLog;
  let server: ControlServer | null;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lapor-control-'));
    file = join(folder, 'gateway.db.control');
    log = new MemoryLog();
    server = null;
  });

  afterEach(async () => {
    await server?.close();
    await rm(folder, { recursive: true });
  });

  async function serve(answer: (request: ControlRequest) => Promise<ControlAnswer> = async () => none): Promise<void> {
    server = await startControlServer(file, answer, log);
  }

  const failure = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'it succeeded',
      (error: Error) => error.message,
    );

  /** Says this, and reads to the end. */
  function say(words: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let heard = '';
      const socket = connect(file, () => socket.write(words));
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        heard += chunk;
      });
      socket.on('error', reject).on('close', () => resolve(heard));
    });
  }

  it('carries a request and its answer', async () => {
    const asked: ControlRequest[] = [];
    await serve(async (request) => {
      asked.push(request);
      return none;
    });
    const request: ControlRequest = {
      command: 'channel act',
      act: 'pause',
      channel: 'telkomsel',
      actor: 'adi',
      reason: 'pagi',
    };
    expect(await askGateway(file, request)).to.deep.equal(none);
    expect(asked).to.deep.equal([request]);
  });

  it("is its owner's alone, whatever the umask", async () => {
    const umask = process.umask(0);
    try {
      await serve();
    } finally {
      process.umask(umask);
    }
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect(process.umask(), 'given back').to.equal(umask);
  });

  it('goes with the gateway', async () => {
    await serve();
    await server?.close();
    expect(await failure(askGateway(file, list))).to.match(/^no gateway runs on this store: there is no .*control/);
  });

  it('takes the place of one that a dead gateway left', async () => {
    const left = createServer();
    await new Promise<void>((resolve) => left.listen(file, resolve));
    // Closing removes the file: as after a kill, it must stay.
    const kept = join(folder, 'kept');
    await link(file, kept);
    await new Promise((resolve) => left.close(resolve));
    await rename(kept, file);
    expect(await failure(askGateway(file, list))).to.include('left over from one that died');
    await serve();
    expect(await askGateway(file, list)).to.deep.equal(none);
  });

  it('leaves alone what is no socket', async () => {
    await writeFile(file, 'notes');
    expect(await failure(serve())).to.include('is in the way');
  });

  it('says what is wrong with a path that no socket can have', async () => {
    file = join(folder, 'x'.repeat(120));
    expect(await failure(serve()))
      .to.include('too long for a socket')
      .and.include('store.url');
  });

  for (const { label, words } of [
    { label: 'no JSON', words: 'pause telkomsel\n' },
    { label: 'an unknown command', words: '{"command":"shut down"}\n' },
    {
      label: 'an unknown act',
      words: '{"command":"channel act","act":"kick","channel":"x","actor":"a","reason":null}\n',
    },
    {
      label: 'a name with an escape',
      words: `${JSON.stringify({ command: 'reload', actor: '\u001b[2J', reason: null })}\n`,
    },
    { label: 'more than any request', words: 'x'.repeat(20_000) },
  ]) {
    it(`answers ${label} with words, and does nothing`, async () => {
      let asked = 0;
      await serve(async () => {
        asked += 1;
        return none;
      });
      expect(JSON.parse(await say(words))).to.include({ kind: 'error' });
      expect(asked).to.equal(0);
    });
  }

  it('answers what is under way before it closes, and nobody who only connected', async () => {
    const gate = held<void>();
    const begun = held<void>();
    await serve(async () => {
      begun.release();
      await gate.promise;
      return none;
    });
    const silent = say('');
    const answer = askGateway(file, list);
    await begun.promise;
    const closed = server?.close();
    expect(await silent).to.equal('');
    gate.release();
    expect(await answer).to.deep.equal(none);
    await closed;
  });

  it('tells the operator when an answer failed', async () => {
    await serve(async () => {
      throw new Error('the store is gone');
    });
    expect(await askGateway(file, list)).to.deep.equal({ kind: 'error', message: 'the store is gone' });
  });

  it('understands no other version’s words, and says so', async () => {
    const other = createServer((socket) => socket.resume().end('{"kind":"news"}\n'));
    await new Promise<void>((resolve) => other.listen(file, resolve));
    expect(await failure(askGateway(file, list))).to.include('another version');
    await new Promise((resolve) => other.close(resolve));
  });
});
