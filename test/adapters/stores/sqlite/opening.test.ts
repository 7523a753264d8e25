import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { openDatabase, openExisting } from '../../../../adapters/stores/sqlite/database.js';
import { openSqliteStore } from '../../../../adapters/stores/sqlite/index.js';
import { migrations } from '../../../../adapters/stores/sqlite/migrations/index.js';
import { joinParts } from '../../../../src/intake/joinParts.js';
import { StoreUnavailable } from '../../../../src/ports/store.js';
import { rejection } from '../../../conformance/store/scene.js';
import { smsPart } from '../../../fakes/parts.js';
import { SqlitePlace } from '../../../fakes/sqlitePlace.js';

const rules = { joinParts };

describe('opening a SQLite store', () => {
  let place: SqlitePlace;

  beforeEach(async () => {
    place = await SqlitePlace.create();
  });

  afterEach(() => place.remove());

  const open = (role: 'gateway' | 'operator', file = place.file) => openSqliteStore({ file, rules, role });

  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

  /** Brings the file to another version of the schema, as another program would have left it. */
  function setVersion(version: number): void {
    const db = new Database(place.file);
    db.pragma(`user_version = ${version}`);
    db.close();
  }

  it('gives out again what was under way before there were leases, as perhaps done', async () => {
    const db = new Database(place.file);
    for (const sql of migrations.slice(0, 6)) db.exec(sql);
    db.pragma('user_version = 6');
    db.exec(`
      INSERT INTO channels VALUES (1, 'telkomsel', 'sms');
      INSERT INTO senders VALUES (1, 'sms', '62812', 'ref', 0), (2, 'sms', '62813', 'ref2', 0);
      INSERT INTO reports (seq, id, channel_id, sender_id, received_ms, recipient, encoding, parts, text)
        VALUES (1, zeroblob(16), 1, 1, 0, '1708', 'gsm7', 1, 'Jalan rusak');
      INSERT INTO replies (seq, id, report_seq, channel_id, sender_id, kind, state, created_ms, text)
        VALUES (1, zeroblob(16), 1, 1, 1, 'acknowledgement', 'queued', 0, 'Terima kasih'),
               (2, zeroblob(15), 1, 1, 1, 'status', 'queued', 0, 'Kabar'),
               (3, zeroblob(14), 1, 1, 2, 'status', 'queued', 0, 'Put back by an operator'),
               (4, zeroblob(13), 1, 1, 2, 'status', 'queued', 0, 'Kabar');
      INSERT INTO reply_queue (seq, lane, sender_id, state, due_ms, attempts, uncertain_attempts)
        VALUES (1, 1, 1, 1, 60000, 2, 1), (2, 1, 1, 3, 0, 0, 0), (3, 1, 2, 3, 0, 0, 0), (4, 1, 2, 1, 60000, 0, 0);
    `);
    db.close();
    const store = open('gateway');
    const claimed = await store.claimReplies({ owner: 'a', channelId: 'telkomsel', limit: 10, nowMs: 1, leaseMs: 10 });
    expect(claimed.map(({ seq, attempts, uncertainAttempts }) => ({ seq, attempts, uncertainAttempts }))).to.deep.equal(
      [
        { seq: 1, attempts: 2, uncertainAttempts: 2 },
        { seq: 3, attempts: 0, uncertainAttempts: 0 },
      ],
    );
    await store.close();
  });

  it('makes the file, and the folder that it is in', async () => {
    const file = `${place.file}.d/deep/gateway.db`;
    await open('gateway', file).close();
    expect(existsSync(file)).to.equal(true);
  });

  it('keeps what it makes from other accounts', async () => {
    const file = `${place.file}.d/deep/gateway.db`;
    const store = open('gateway', file);
    await store.probe(Date.now());
    const files = readdirSync(dirname(file)).sort();
    expect(files).to.include.members(['gateway.db', 'gateway.db-shm', 'gateway.db-wal', 'gateway.db.lock']);
    for (const name of files) expect(modeOf(join(dirname(file), name)), name).to.equal('600');
    for (const folder of [dirname(file), dirname(dirname(file))]) expect(modeOf(folder), folder).to.equal('700');
    await store.close();
  });

  it('leaves the modes that an operator gave', async () => {
    const folder = `${place.file}.d`;
    mkdirSync(folder);
    chmodSync(folder, 0o750);
    const file = join(folder, 'gateway.db');
    await open('gateway', file).close();
    chmodSync(file, 0o640);
    await open('gateway', file).close();
    expect([modeOf(folder), modeOf(file)]).to.deep.equal(['750', '640']);
  });

  it('waits for another process only as long as a health check can bear', async () => {
    const store = open('gateway');
    const other = new Database(place.file);
    other.exec('BEGIN IMMEDIATE');
    const sinceMs = performance.now();
    expect(await rejection(store.probe(Date.now()))).to.be.instanceOf(StoreUnavailable);
    expect(performance.now() - sinceMs).to.be.within(200, 2_000);
    other.exec('ROLLBACK');
    other.close();
    await store.probe(Date.now());
    await store.close();
  });

  it('lets an operator wait longer: a command has nothing else to do', async () => {
    await open('gateway').close();
    const db = openExisting(place.file);
    expect(db.pragma('busy_timeout', { simple: true })).to.equal(5_000);
    db.close();
  });

  it('commits with an fsync, into a log that readers do not wait for', async () => {
    const store = await place.open();
    const db = new Database(place.file, { readonly: true });
    expect(db.pragma('journal_mode', { simple: true })).to.equal('wal');
    db.close();
    await store.close();

    const own = openDatabase(place.file);
    expect(own.pragma('synchronous', { simple: true }), 'FULL').to.equal(2);
    own.close();
  });

  it('refuses a second gateway on one file, says what to do, and leaves the first alone', async () => {
    const first = open('gateway');
    expect(() => open('gateway')).to.throw(/another gateway runs on .*gateway\.db: stop it first/);
    await first.probe(Date.now());
    await first.close();
    await open('gateway').close();
  });

  for (const { label, made } of [
    { label: 'that exists', made: true },
    { label: 'that is to be made', made: false },
  ]) {
    it(`refuses a second gateway through a link to the file ${label}`, async () => {
      if (made) await open('gateway').close();
      const link = `${place.file}.link`;
      symlinkSync(place.file, link);
      const first = open('gateway', link);
      expect(() => open('gateway')).to.throw(/another gateway runs on/);
      await first.close();
      const again = open('gateway');
      expect(() => open('gateway', link)).to.throw(/another gateway runs on/);
      await again.close();
    });
  }

  it('refuses a newer schema and changes nothing in it', async () => {
    await open('gateway').close();
    setVersion(99);
    for (const role of ['gateway', 'operator'] as const) {
      expect(() => open(role), role).to.throw(/has schema 99, this program knows up to \d+: run the newer gateway/);
    }
    const db = new Database(place.file, { readonly: true });
    expect(db.pragma('user_version', { simple: true })).to.equal(99);
    db.close();
  });

  it('gives the file free again when it could not be opened', async () => {
    await open('gateway').close();
    setVersion(99);
    expect(() => open('gateway')).to.throw(/schema 99/);
    setVersion(migrations.length);
    await open('gateway').close();
  });

  it('migrates nothing for an operator', async () => {
    await open('gateway').close();
    setVersion(0);
    expect(() => open('operator')).to.throw(/has schema 0, this program works with \d+: restart the gateway/);
  });

  it('makes no file for an operator', () => {
    expect(() => open('operator')).to.throw(/no store at .*gateway\.db: start the gateway once/);
    expect(existsSync(place.file)).to.equal(false);
  });

  it('lets an operator in beside a gateway, and alone', async () => {
    const gateway = open('gateway');
    const part = smsPart();
    await gateway.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts: [part], joinUntilMs: 0 });
    const beside = open('operator');
    expect((await beside.counts()).reportsWaiting).to.equal(1);
    await beside.close();
    await gateway.close();
    const alone = open('operator');
    expect((await alone.counts()).reportsWaiting).to.equal(1);
    await alone.close();
  });
});
