import * as z from 'zod';
import { ControlApi, type SimulatorAddress } from './controlApi.js';

const postSchema = z.object({
  id: z.string(),
  from: z.string(),
  text: z.string(),
  inReplyTo: z.string().nullable(),
  timesGiven: z.number(),
});

const messageSchema = z.object({ id: z.string(), from: z.string(), to: z.string(), text: z.string() });

const stateSchema = z.object({
  service: z.object({ username: z.string() }),
  requests: z.record(z.string(), z.number()),
});

export type Post = z.output<typeof postSchema>;
export type DirectMessage = z.output<typeof messageSchema>;
export type XState = z.output<typeof stateSchema>;

const simulatedX = {
  what: 'simulated X',
  start: 'Start it with `npm start` (the default config brings one), or alone with `lapor-gateway simulate x`.',
};

/** A citizen's account, by way of the simulated X's control API. Methods throw SimulatorFault. */
export class SimulatedAccount {
  readonly #api: ControlApi;

  constructor(
    address: SimulatorAddress,
    private readonly handle: string,
  ) {
    this.#api = new ControlApi(address, simulatedX);
  }

  async state(): Promise<XState> {
    return stateSchema.parse(await this.#api.get('/state'));
  }

  async tweet(text: string, inReplyTo: string | undefined): Promise<Post> {
    return postSchema.parse(await this.#api.post('/posts', { from: this.handle, text, inReplyTo }));
  }

  async post(id: string): Promise<Post> {
    return postSchema.parse(await this.#api.get(`/posts/${encodeURIComponent(id)}`));
  }

  /** What came into the thread of a post after another, waiting up to `waitMs` for it. None when `signal` fires. */
  async thread(id: string, after: string, waitMs: number, signal?: AbortSignal): Promise<readonly Post[]> {
    const path = `/conversations/${encodeURIComponent(id)}?after=${after}&waitMs=${waitMs}`;
    const found = await this.#api.getUnless(path, signal);
    return found === undefined ? [] : z.object({ posts: z.array(postSchema) }).parse(found).posts;
  }

  async message(text: string): Promise<DirectMessage> {
    return messageSchema.parse(await this.#api.post('/messages', { from: this.handle, text }));
  }

  /** Direct messages with the service after another, waiting up to `waitMs` for one. None when `signal` fires. */
  async messages(after: string, waitMs: number, signal?: AbortSignal): Promise<readonly DirectMessage[]> {
    const path = `/messages/${encodeURIComponent(this.handle)}?after=${after}&waitMs=${waitMs}`;
    const found = await this.#api.getUnless(path, signal);
    return found === undefined ? [] : z.object({ messages: z.array(messageSchema) }).parse(found).messages;
  }
}
