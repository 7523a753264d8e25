import { type Answer, appOnly, type Call, count, type Endpoint, list, ok } from './endpoint.js';

/** `GET /2/usage/tweets`: what the month's cap has left. Numbers in the old wording, text in the new. */

const usageFields: ReadonlySet<string> = new Set([
  ...['cap_reset_day', 'daily_client_app_usage', 'daily_project_usage', 'project_cap', 'project_id', 'project_usage'],
]);

/** What X grants self-serve apps a month unless a switch says less. */
const usualCap = 2_000_000;

/** The day of the month on which the count begins anew. */
const capResetDay = 1;

const projectId = '1708';

export const usageEndpoints: readonly Endpoint[] = [
  {
    name: 'getUsage',
    method: 'GET',
    path: '/2/usage/tweets',
    callers: appOnly,
    perApp: 50,
    perUser: null,
    parameters: ['days', 'usage.fields'],
    answer: usage,
  },
];

function usage({ x, query }: Call): Answer {
  const fields = list(query, 'usage.fields', usageFields);
  const days = count(query, 'days', { min: 1, max: 90, usual: 7 });
  const isOld = x.switches.wording === 'tweet';
  const amount = (value: number) => (isOld ? value : String(value));
  const daily = x.bill.readsByDay.slice(-days).map(({ date, posts }) => ({ date, usage: amount(posts) }));
  const all: Record<string, unknown> = {
    daily_project_usage: {
      project_id: isOld ? Number(projectId) : projectId,
      ...(daily.length > 0 && { usage: daily }),
    },
  };
  const extra = Object.entries(all).filter(([name]) => fields.has(name));
  return ok({
    data: {
      cap_reset_day: capResetDay,
      project_cap: amount(x.switches.monthlyReadCap ?? usualCap),
      project_id: projectId,
      project_usage: amount(x.bill.postsRead),
      ...Object.fromEntries(extra),
    },
  });
}
