import { expect } from 'chai';
import { twitterAdapter } from '../../../../adapters/channels/twitter/index.js';
import type { DiagnosisRequest, Stage } from '../../../../src/ports/diagnosis.js';
import { SimulatedRig } from './simulated.js';

const keys = {
  consumerKey: 'sim-consumer-key',
  consumerSecret: 'sim-consumer-secret',
  accessToken: 'sim-access-token',
  accessTokenSecret: 'sim-access-secret',
  bearerToken: 'sim-bearer-token',
};

describe("twitter: the doctor's stages", () => {
  let rig: SimulatedRig;

  beforeEach(async () => {
    rig = await SimulatedRig.start();
  });

  afterEach(() => rig.close());

  async function diagnose(given: Readonly<Record<string, unknown>> = {}): Promise<readonly Stage[]> {
    const apiUrl = `http://127.0.0.1:${rig.x.port}`;
    const parsed = twitterAdapter.parseConfig({ handle: 'lapor1708', apiUrl, ...keys, ...given });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const request: DiagnosisRequest = {
      ...{ links: 'spare', message: null, expectedWord: null, waitMs: 1_000 },
      stop: new AbortController().signal,
    };
    const stages = [];
    for await (const stage of twitterAdapter.diagnose?.(parsed.config, request) ?? []) stages.push(stage);
    return stages;
  }

  const told = (stages: readonly Stage[]) => stages.map(({ name, result, reason }) => reason ?? `${name} ${result}`);

  it('all pass on an account in order, and no post is paid for', async () => {
    await rig.post('budi', '@lapor1708 jalan rusak');
    expect(told(await diagnose())).to.deep.equal([
      ...['x_account passed', 'x_clock passed', 'x_mentions passed', 'x_search passed', 'x_messages passed'],
      'x_usage passed',
    ]);
    const { bill } = await rig.control<{ bill: { totalUsd: number } }>('GET', '/state');
    expect(bill.totalUsd).to.equal(0);
  });

  const failures: readonly {
    label: string;
    arm?: () => Promise<unknown>;
    given?: Readonly<Record<string, unknown>>;
    tells: readonly string[];
  }[] = [
    {
      label: 'a wrong key',
      given: { accessTokenSecret: 'salah' },
      tells: ['x_account.unauthorized'],
    },
    { label: 'another account', given: { handle: 'lapor' }, tells: ['x_account.wrong_account'] },
    {
      label: 'a clock that is far off',
      arm: () => rig.switches({ clockOffMs: 3_600_000 }),
      tells: ['x_clock.off', 'x_account.unauthorized'],
    },
    {
      label: 'a suspended account',
      arm: () => rig.control('PUT', '/faults', { on: 'getUsersMe', problem: 'suspended' }),
      tells: ['x_account.suspended'],
    },
    {
      label: 'an account that X cannot be asked about',
      given: { apiUrl: 'http://127.0.0.1:1' },
      tells: ['x_account.unreached'],
    },
    {
      label: 'a search that is not part of the access level, and goes on',
      arm: () => rig.control('PUT', '/faults', { on: 'searchPostsRecent', problem: 'client-forbidden' }),
      given: { directMessages: false, bearerToken: undefined },
      tells: [
        ...['x_account passed', 'x_clock passed', 'x_mentions passed', 'x_search.no_permission'],
        ...['x_messages.not_wanted', 'x_usage.no_bearer'],
      ],
    },
    {
      label: 'a webhook that nobody registered',
      given: { receive: 'webhook', directMessages: false },
      tells: [
        ...['x_account passed', 'x_clock passed', 'x_mentions passed', 'x_search passed', 'x_messages.not_wanted'],
        ...['x_usage passed', 'x_webhook.none'],
      ],
    },
  ];
  for (const { label, arm, given, tells } of failures) {
    it(`tell ${label}`, async () => {
      await arm?.();
      expect(told(await diagnose(given))).to.deep.equal(tells);
    });
  }

  it('renew no token beside a running gateway', async () => {
    const oauth1 = {
      consumerKey: undefined,
      consumerSecret: undefined,
      accessToken: undefined,
      accessTokenSecret: undefined,
    };
    const oauth2 = { clientId: 'sim-client-id', clientSecret: 'sim-client-secret', refreshToken: 'sim-refresh-token' };
    const stages = await diagnose({ ...oauth1, ...oauth2, tokenFile: '/nonexistent/token.json' });
    expect(told(stages)).to.deep.equal(['x_account.unauthorized']);
    const { requests } = await rig.control<{ requests: Record<string, number> }>('GET', '/state');
    expect(Object.keys(requests).filter((name) => name.startsWith('token'))).to.deep.equal([]);
  });
});

describe('twitter: what `check` finds', () => {
  const cases: readonly {
    label: string;
    given: Readonly<Record<string, unknown>>;
    webhookUrl?: string;
    found: readonly string[];
  }[] = [
    { label: 'nothing where all is well', given: { budget: { perDayUsd: 20 } }, found: [] },
    { label: 'no cap on what is spent', given: {}, found: ['warning budget'] },
    { label: 'nothing of that on a simulator', given: { apiUrl: 'http://127.0.0.1:17090' }, found: [] },
    {
      label: 'readings that X does not allow',
      given: { budget: { perDayUsd: 20 }, pollSeconds: 2, directMessageSeconds: 30 },
      found: ['warning pollSeconds', 'warning directMessageSeconds'],
    },
    {
      label: 'more answers than X allows',
      given: { budget: { perDayUsd: 20 }, replies: 'all' },
      found: ['warning replies'],
    },
    {
      label: 'a webhook without an address',
      given: { budget: { perDayUsd: 20 }, receive: 'webhook' },
      found: ['fault receive'],
    },
    {
      label: 'a webhook without TLS',
      given: { budget: { perDayUsd: 20 }, receive: 'webhook' },
      webhookUrl: 'http://gateway.example.go.id/webhooks/twitter',
      found: ['fault receive'],
    },
  ];
  for (const { label, given, webhookUrl = null, found } of cases) {
    it(label, () => {
      const parsed = twitterAdapter.parseConfig({ handle: 'lapor1708', ...keys, ...given });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
      const surroundings = { webhookUrl: () => webhookUrl };
      const findings = twitterAdapter.inspect?.(new Map([['twitter', parsed.config]]), surroundings) ?? [];
      expect(findings.map(({ severity, path }) => `${severity} ${path.join('.')}`)).to.deep.equal(found);
    });
  }

  it('two accounts that would end each other’s tokens', () => {
    const oauth2 = { clientId: 'k', refreshToken: 'r', tokenFile: 'data/x.json', budget: { perDayUsd: 1 } };
    const parsed = twitterAdapter.parseConfig({ handle: 'lapor1708', ...oauth2 });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const both = new Map([
      ['satu', parsed.config],
      ['dua', parsed.config],
    ]);
    const findings = twitterAdapter.inspect?.(both, { webhookUrl: () => null }) ?? [];
    expect(findings.map(({ channel, path }) => `${channel} ${path.join('.')}`)).to.deep.equal([
      'satu tokenFile',
      'dua tokenFile',
    ]);
  });
});
