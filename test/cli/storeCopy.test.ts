import { expect } from 'chai';
import { storeCommand } from '../../src/cli/store.js';
import { storeCopies } from '../../src/compose.js';
import type { CopySource } from '../../src/ports/storeCopy.js';
import { Scene } from '../conformance/store/scene.js';
import { binaryPart, contentKey, longSms, smsPart } from '../fakes/parts.js';
import { PostgresPlace } from '../fakes/postgresPlace.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

describe('store copy', () => {
  let from: SqlitePlace;
  let to: PostgresPlace;
  let said: string;

  beforeEach(async () => {
    from = await SqlitePlace.create();
    to = await PostgresPlace.create();
    // A copy needs the schema of its own, as a new database has it.
    await to.rows(`DROP SCHEMA ${to.schema} CASCADE`);
    await to.rows(`CREATE SCHEMA ${to.schema}`);
    said = '';
  });

  afterEach(async () => {
    await from.remove();
    await to.remove();
  });

  function copy(openSource = storeCopies.openSource): Promise<unknown> {
    const output = {
      write: (text: string) => {
        said += text;
      },
    };
    const command = storeCommand({ ...storeCopies, openSource, output }).exitOverride();
    return command.parseAsync(['copy', '--from', `sqlite:${from.file}`, '--to', to.url], { from: 'user' });
  }

  /** Something of everything, left in the middle of its way. */
  async function lived(): Promise<{ traceOf: string; waiting: string[] }> {
    const scene = await Scene.begin({
      driver: 'sqlite 3',
      create: async () => ({ ...bound(from), remove: async () => {} }),
    });
    const first = await scene.claimedReport(
      smsPart({ text: 'Jalan rusak\u0000 "parah" \\ {di} 🙏', externalId: 'E1' }),
    );
    await scene.status(first, 0);
    await scene.forward(first, { notes: { language: 'en' }, question: { about: 'place', untilMs: 5 } });
    const [reply] = await scene.claimReplies();
    if (reply !== undefined) await scene.outcome(reply, { kind: 'accepted', externalIds: ['A1'] });
    await scene.receipt('delivered', 'B9');
    await scene.status(first, 1, { later: [{ kind: 'reminder', text: 'x', notBeforeMs: scene.nowMs + 9_999 }] });
    // Under way when its gateway died.
    await scene.claimReplies();
    await scene.accept([smsPart({ text: 'satu' }), smsPart({ text: 'dua' }), smsPart({ text: 'tiga', from: '62813' })]);
    await scene.accept([
      ...longSms(['setengah', 'x'], 4).slice(0, 1),
      binaryPart(),
      smsPart({ key: contentKey(3, 'k') }),
    ]);
    await scene.claimReports(1);
    const operator = await scene.store.beginAct({
      atMs: 1,
      actor: 'a',
      act: 'b',
      subject: 'telkomsel',
      reason: null,
      hold: 'paused',
    });
    expect(operator).to.equal(1);
    await scene.end();
    return { traceOf: first.message.id, waiting: ['satu', 'dua', 'tiga', smsPart().text ?? ''] };
  }

  it('moves everything, compares it, and the store goes on there', async () => {
    const { traceOf, waiting } = await lived();
    const before = await from.openForOperator();
    const [trace, counts, letters] = [await before.trace(traceOf), await before.counts(), await before.deadLetters()];
    await before.close();
    await copy();
    expect(said)
      .to.match(/parts: 7 rows/)
      .and.match(/rows copied and compared/);
    const store = await to.open();
    expect(await store.trace(traceOf)).to.deep.equal(trace);
    expect(await store.counts()).to.deep.equal(counts);
    expect(await store.deadLetters()).to.deep.equal(letters);
    expect([...(await store.channelHolds()).keys()]).to.deep.equal(['telkomsel']);
    const texts: string[] = [];
    for (let claims = [undefined] as unknown[]; claims.length > 0; ) {
      const taken = await store.claimReports({ owner: 'x', limit: 9, nowMs: Date.now(), leaseMs: 60_000 });
      texts.push(...taken.map(({ message }) => message.text));
      const handled = { as: 'kept', ticketSeq: null, detail: '', atMs: 0, reply: null } as const;
      await store.recordHandled(taken.map(({ seq }) => ({ seq, ...handled })));
      claims = [...taken];
    }
    expect(texts.sort()).to.deep.equal([...waiting].sort());
    const claim = { owner: 'x', channelId: 'telkomsel', limit: 9, nowMs: Date.now(), leaseMs: 60_000 };
    const replies = await store.claimReplies(claim);
    expect(replies.map(({ text, uncertainAttempts }) => [text, uncertainAttempts])).to.deep.equal([['Kabar 0', 1]]);
    const part = smsPart({ from: '62899' });
    await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts: [part], joinUntilMs: 0 });
    await store.close();
  });

  it('goes on where it was broken off', async () => {
    await lived();
    const breaking = (file: string): CopySource => {
      const source = storeCopies.openSource(file);
      const read = source.read.bind(source);
      return Object.assign(source, {
        read: (...args: Parameters<CopySource['read']>) => {
          if (args[0].name === 'replies') throw new Error('the plug was pulled');
          return read(...args);
        },
      });
    };
    expect(await copy(breaking).catch(String)).to.include('the plug was pulled');
    await copy();
    expect(said).to.match(/rows copied and compared/);
  });

  it('leaves a store alone that is in use', async () => {
    await lived();
    const store = await to.open();
    expect(await copy().catch(String)).to.match(/the target is in use/);
    await store.close();
  });

  it('takes no store whose gateway runs', async () => {
    const running = await from.open();
    expect(await copy().catch(String)).to.match(/another gateway runs on/);
    await running.close();
  });
});

function bound(place: SqlitePlace) {
  return {
    open: () => place.open(),
    openForOperator: () => place.openForOperator(),
    driver: () => place.driver(),
    rawParts: () => place.rawParts(),
    fill: () => place.fill(),
  };
}
