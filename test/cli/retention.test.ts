import { expect } from 'chai';
import { retentionCommand } from '../../src/cli/retention.js';
import { adapters } from '../../src/compose.js';
import { packagedFile } from '../../src/config/env.js';
import { type GatewayConfig, loadConfig } from '../../src/config/load.js';
import type { Store } from '../../src/ports/store.js';
import { smsPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

const dayMs = 86_400_000;

describe('the retention command', () => {
  let place: SqlitePlace;
  let printed: string;
  let policy: Partial<GatewayConfig['retention']>;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    printed = '';
    policy = {};
    await withStore(async (store) => {
      for (const days of [800, 200, 1]) await answered(store, Date.now() - days * dayMs);
    });
  });

  afterEach(() => place.remove());

  async function withStore<Value>(use: (store: Store) => Promise<Value>): Promise<Value> {
    const store = await place.open();
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  }

  /** Of each part that is kept. */
  async function keptOctets(): Promise<number[]> {
    return withStore(async () => (await place.rawParts()).map((raw) => raw.length));
  }

  async function answered(store: Store, atMs: number): Promise<void> {
    const parts = [smsPart({ from: `62812${atMs}`, receivedAtMs: atMs })];
    await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: 0 });
    const claims = await store.claimReports({ owner: 'w', limit: 9, nowMs: atMs, leaseMs: 1 });
    const how = { as: 'answered', ticketSeq: null, detail: 'x', atMs, reply: null } as const;
    await store.recordHandled(claims.map(({ seq }) => ({ seq, ...how })));
  }

  async function configOf(): Promise<GatewayConfig> {
    const loaded = loadConfig({ file: packagedFile('config', 'default.yaml'), env: {}, adapters });
    if (!loaded.ok) throw new Error('faulty');
    return { ...loaded.config, retention: { ...loaded.config.retention, ...policy } };
  }

  async function run(...args: readonly string[]): Promise<string> {
    const command = retentionCommand({
      configOf,
      openStore: () => place.openForOperator(),
      operator: 'siti',
      output: {
        write: (text) => {
          printed += text;
        },
      },
      interrupted: () => new AbortController().signal,
    });
    await command.parseAsync([...args], { from: 'user' });
    return printed;
  }

  it('tells what would go, and changes nothing', async () => {
    const said = await run('--dry-run');
    expect(said).to.contain('would go: the words of 1 message(s) (after 180 days)\n');
    expect(said).to.contain('would go: the records of 1 message(s) (after 730 days), and senders');
    expect(await keptOctets()).to.deep.equal([34, 34, 34]);
    expect(await withStore((store) => store.acts({ limit: 9 }))).to.deep.equal([]);
  });

  it('tells what is kept for good', async () => {
    policy = { wordsDays: null, recordsDays: null };
    expect(await run('--dry-run')).to.match(
      /words of 0 message\(s\) \(kept for good\)\n.*records of 0 .* \(kept for good\)/,
    );
  });

  it('removes it, and the audit trail knows who did', async () => {
    const detail = 'removed: words of 1 message(s), records of 1, 1 sender(s), 0 entries of the audit trail';
    expect(await run('--reason', 'permintaan warga')).to.equal(`${detail}\n`);
    expect(await keptOctets()).to.deep.equal([0, 34]);
    const [act] = await withStore((store) => store.acts({ limit: 9 }));
    expect(act).to.deep.include({ actor: 'siti', act: 'retention', subject: 'store', reason: 'permintaan warga' });
    expect(act?.end).to.include({ result: 'done', detail });
  });
});
