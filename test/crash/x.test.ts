import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { openTicketDesk } from '../../adapters/trackers/embedded/desk.js';
import { fact } from '../../scripts/chaos/fact.js';
import { GatewayProcess } from '../../scripts/chaos/gatewayProcess.js';
import { type RunningX, startX } from '../../scripts/simulators/x/index.js';
import type { TicketDesk } from '../../src/ports/ticketDesk.js';

const kills = 8;
const postsPerLife = 25;
const limitMs = 60_000;

/** The built gateway is killed again and again while it polls X: its position must neither pass a post nor be lost. */
describe('kill -9 while polling X', function () {
  this.timeout(240_000);
  let folder: string;
  let x: RunningX;
  let posts: string[];
  let gateway: GatewayProcess;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lapor-x-'));
    x = await startX({ switches: { windowMs: 1_000 } });
    await writeFile(join(folder, 'gateway.yaml'), stringify(configOf(x.port)));
    posts = [];
  });

  after(async () => {
    await gateway.stop();
    await x.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes every mention once, and answers each once', async () => {
    for (let life = 0; life <= kills; life += 1) {
      gateway = new GatewayProcess(join(folder, 'gateway.yaml'), folder);
      await gateway.printed(/lapor-gateway is up/, limitMs);
      // The very first start answers nothing that it finds: it must have looked before anybody posts.
      if (life === 0) await fact('X was asked who we are', () => asked('getUsersMentions 200'), limitMs, gateway.gone);
      const seen = repliesTo(x);
      for (let n = 0; n < postsPerLife; n += 1) posts.push(publish(x, posts.length));
      if (life === kills) break;
      // Somewhere between the first reply of this life and the last: each life ends elsewhere.
      const enough = seen + Math.ceil((postsPerLife * (life + 1)) / (kills + 2));
      await fact(`${enough} replies`, () => (repliesTo(x) >= enough ? true : undefined), limitMs, gateway.gone);
      await gateway.kill();
    }
    await fact(
      'all are answered',
      () => (answered(x, posts) === posts.length ? true : undefined),
      limitMs,
      gateway.gone,
    );
    const desk = await fact('there are tickets', () => openDesk(folder), limitMs, gateway.gone);
    const { tickets, total } = desk.list(10_000);
    desk.close();
    expect(total).to.equal(posts.length);
    expect(new Set(tickets.map(({ title }) => title)).size).to.equal(posts.length);
    for (const id of posts) expect(x.simulator.posts.conversation(id, '0'), `the thread of ${id}`).to.have.length(2);
  });

  function asked(request: string): true | undefined {
    return x.simulator.requests.has(request) ? true : undefined;
  }
});

function configOf(xPort: number): object {
  return {
    server: { port: 0 },
    store: { url: 'sqlite:gateway.db' },
    tracker: { adapter: 'embedded', file: 'tracker.db' },
    channels: {
      twitter: {
        adapter: 'twitter',
        handle: 'lapor1708',
        apiUrl: `http://127.0.0.1:${xPort}`,
        consumerKey: 'sim-consumer-key',
        consumerSecret: 'sim-consumer-secret',
        accessToken: 'sim-access-token',
        accessTokenSecret: 'sim-access-secret',
        pollSeconds: 0.1,
        searchSeconds: 0.5,
        directMessages: false,
      },
    },
    replies: { uncertain: 'resend', firstRetrySeconds: 0.2 },
    log: { level: 'warn' },
  };
}

function publish(x: RunningX, number: number): string {
  const { simulator } = x;
  const text = `@lapor1708 lampu jalan nomor ${number} mati di Jl. Condrokusumo, Kota Semarang`;
  return simulator.publish(simulator.people.called(`warga${number}`), { text }).id;
}

function repliesTo(x: RunningX): number {
  return x.simulator.ownPosts.length;
}

function answered(x: RunningX, posts: readonly string[]): number {
  const answeredIds = new Set(x.simulator.ownPosts.map(({ inReplyTo }) => inReplyTo?.id));
  return posts.filter((id) => answeredIds.has(id)).length;
}

function openDesk(folder: string): TicketDesk | undefined {
  try {
    return openTicketDesk(join(folder, 'tracker.db'));
  } catch {
    return undefined;
  }
}
