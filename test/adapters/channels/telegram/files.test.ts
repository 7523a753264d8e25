import { expect } from 'chai';
import nock from 'nock';
import { agentsOf, closeAgents } from '../../../../adapters/channels/exchange.js';
import { BotApi } from '../../../../adapters/channels/telegram/api.js';
import type { FetchedAttachment } from '../../../../src/ports/channel.js';
import { png } from '../../../media/pictures.js';
import { configOf, token } from './bot.js';

const api = 'https://api.telegram.org';

describe('telegram channel: files', () => {
  const agents = agentsOf(2);
  after(() => closeAgents(agents));
  afterEach(() => {
    const unasked = nock.pendingMocks();
    nock.cleanAll();
    expect(unasked).to.deep.equal([]);
  });

  const download = () =>
    new BotApi(configOf(), agents, () => {}).download('AgAC-1', 1_000, 5_000, new AbortController().signal);
  const told = (status: number, json: object) =>
    nock(api).post(`/bot${token}/getFile`, { file_id: 'AgAC-1' }).reply(status, json);
  const result = (file: object) => ({ ok: true, result: file });

  it('come by the path that the Bot API tells', async () => {
    told(200, result({ file_path: 'photos/file_1.jpg', file_size: 9 }));
    nock(api).get(`/file/bot${token}/photos/file_1.jpg`).reply(200, png());
    expect(await download()).to.deep.equal({ kind: 'fetched', octets: png() });
  });

  const failures: readonly { label: string; status: number; json: object; outcome: FetchedAttachment }[] = [
    {
      label: 'over the limit, before they are read',
      status: 200,
      json: result({ file_path: 'a', file_size: 1_001 }),
      outcome: { kind: 'never', code: 'too_large' },
    },
    {
      label: 'that Telegram does not give out',
      status: 400,
      json: { ok: false },
      outcome: { kind: 'never', code: 'refused' },
    },
    { label: 'while Telegram fails', status: 500, json: {}, outcome: { kind: 'later', cause: 'answered 500' } },
    { label: 'without a path', status: 200, json: result({}), outcome: { kind: 'never', code: 'no_path' } },
    {
      label: 'with a path that leads away',
      status: 200,
      json: result({ file_path: '../bot1:x/getMe' }),
      outcome: { kind: 'never', code: 'no_path' },
    },
  ];
  for (const { label, status, json, outcome } of failures) {
    it(`are ${outcome.kind} fetched: ${label}`, async () => {
      told(status, json);
      expect(await download()).to.deep.equal(outcome);
    });
  }
});
