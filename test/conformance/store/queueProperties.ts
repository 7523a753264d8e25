import { expect } from 'chai';
import fc from 'fast-check';
import type { ReportClaim } from '../../../src/ports/store.js';
import { smsPart } from '../../fakes/parts.js';
import { leaseMs, Scene, type StoreHarness } from './scene.js';

const retryMs = 500;

interface Underway {
  readonly claim: ReportClaim;
  readonly text: Text;
  readonly endsMs: number;
}

/** A text as the test knows it. */
interface Text {
  readonly number: number;
  readonly from: string;
  state: 'open' | 'done' | 'buried';
}

type Verb = 'accept' | 'claim' | 'done' | 'postpone' | 'release' | 'bury' | 'retry' | 'wait' | 'restart';

interface Step {
  readonly verb: Verb;
  /** Which sender, which claim, how many, how long: as the verb asks. */
  readonly pick: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    verb: fc.constantFrom<Verb[]>(
      'accept',
      'accept',
      'claim',
      'claim',
      'done',
      'postpone',
      'release',
      'bury',
      'retry',
      'wait',
      'restart',
    ),
    pick: fc.nat({ max: 5 }),
  }),
  { minLength: 5, maxLength: 60 },
);

/** Plays steps on a store and checks after each what no order of them may break. */
class Game {
  readonly #texts: Text[] = [];
  #underway: Underway[] = [];
  readonly #verbs: Record<Verb, (pick: number) => Promise<unknown>> = {
    accept: (pick) => this.#accept(`62812${pick % 3}`),
    claim: (pick) => this.#claim(pick + 1),
    done: (pick) => this.#end(pick, 'done', (claim) => this.scene.forward(claim, { reply: null })),
    bury: (pick) => this.#end(pick, 'buried', ({ seq }) => this.#bury(seq)),
    release: (pick) => this.#end(pick, 'open', ({ seq }) => this.scene.store.releaseReports([seq])),
    postpone: (pick) => this.#end(pick, 'open', ({ seq }) => this.#postpone(seq)),
    retry: () => this.#retry(),
    wait: (pick) => this.#wait([1, retryMs, leaseMs][pick % 3] ?? 1),
    restart: () => this.#restart(),
  };

  constructor(private readonly scene: Scene) {}

  play({ verb, pick }: Step): Promise<unknown> {
    return this.#verbs[verb](pick);
  }

  /** Whatever happened, everything that was written comes out in the end. */
  async finish(): Promise<void> {
    await this.#retry();
    for (let turn = 0; turn <= this.#texts.length; turn += 1) {
      await this.#wait(leaseMs);
      await this.#claim(100);
      while (this.#underway.length > 0) await this.play({ verb: 'done', pick: 0 });
    }
    expect(this.#open(), 'left behind').to.deep.equal([]);
    expect((await this.scene.store.counts()).reportsWaiting).to.equal(0);
  }

  #open(): Text[] {
    return this.#texts.filter(({ state }) => state === 'open');
  }

  async #accept(from: string): Promise<void> {
    const text: Text = { number: this.#texts.length, from, state: 'open' };
    this.#texts.push(text);
    await this.scene.accept([smsPart({ from, text: String(text.number) })]);
  }

  async #claim(limit: number): Promise<void> {
    const claims = await this.scene.claimReports(limit);
    expect(claims.length, 'the limit').to.be.at.most(limit);
    for (const claim of claims) {
      const text = this.#texts[Number(claim.message.text)];
      const first = this.#open().find(({ from }) => from === text?.from);
      expect(text, 'the first that its sender has open').to.equal(first);
      if (text !== undefined) this.#underway.push({ claim, text, endsMs: this.scene.nowMs + leaseMs });
    }
    const busy = this.#underway.map(({ text }) => text.from);
    expect(busy, 'one of each sender under way').to.have.length(new Set(busy).size);
  }

  async #end(pick: number, state: Text['state'], tell: (claim: ReportClaim) => Promise<void>): Promise<void> {
    const [chosen] = this.#underway.splice(pick % Math.max(1, this.#underway.length), 1);
    if (chosen === undefined) return;
    await tell(chosen.claim);
    chosen.text.state = state;
  }

  #bury(seq: number): Promise<void> {
    const atMs = this.scene.nowMs;
    return this.scene.store.buryReports([{ seq, code: 'x', message: 'x', atMs, reply: null }]);
  }

  #postpone(seq: number): Promise<void> {
    const atMs = this.scene.nowMs;
    return this.scene.store.postponeReports([{ seq, dueAtMs: atMs + retryMs, cause: 'x', atMs }]);
  }

  async #retry(): Promise<void> {
    const ids = (await this.scene.store.deadLetters()).map(({ id }) => id);
    const buried = this.#texts.filter(({ state }) => state === 'buried');
    expect(ids, 'dead letters').to.have.length(buried.length);
    await this.scene.store.retryDeadLetters(ids, this.scene.nowMs);
    for (const text of buried) text.state = 'open';
  }

  async #wait(ms: number): Promise<void> {
    this.scene.nowMs += ms;
    this.#underway = this.#underway.filter(({ endsMs }) => endsMs > this.scene.nowMs);
  }

  async #restart(): Promise<void> {
    await this.scene.restart();
    this.#underway = [];
  }
}

/** In a suite of its own: each run needs a store of its own. */
export function describeQueueProperties(harness: StoreHarness): void {
  describe('whatever happens in whatever order', () => {
    it('hands out in order, one of each sender at a time, and loses nothing', async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (played) => {
          const scene = await Scene.begin(harness);
          try {
            const game = new Game(scene);
            for (const step of played) await game.play(step);
            await game.finish();
          } finally {
            await scene.end();
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}
