import type { Evidence } from './evidence.js';
import type { StoredReply } from './storeFacts.js';

/** One of the gateway's promises. `broken` says how it was broken, a line for each case; nothing when it was kept. */
export interface Promised {
  readonly label: string;
  broken(evidence: Evidence): string[];
}

/** What must hold however often and whenever the gateway was killed. */
export const promised: readonly Promised[] = [
  {
    label: 'the store is whole',
    broken: ({ store }) => (store.integrity === 'ok' ? [] : [`integrity_check says: ${store.integrity}`]),
  },
  {
    label: 'every text is acknowledged to the telco in the end',
    broken: ({ texts }) =>
      texts.filter(({ acknowledged }) => !acknowledged).map(({ serial }) => `text ${serial} is not acknowledged`),
  },
  { label: 'every acknowledged text is one report in the store, with each of its parts once', broken: notStoredOnce },
  {
    label: 'the tracker has one ticket for each text, with its words',
    broken: ({ texts, filed }) => notJustOnce(texts, filed, 'ticket'),
  },
  { label: 'the store and the tracker agree on every tracking id', broken: disagreements },
  { label: "one citizen's texts are filed in the order in which they were sent", broken: filedOutOfOrder },
  { label: 'every citizen has got the tracking id of every text', broken: unanswered },
  { label: 'every ticket has one acknowledgement, and one reply for each status change', broken: repliesMiscounted },
  { label: 'every reply came to its handset, and is known to have come', broken: undelivered },
  { label: 'an SMS came twice only where the store says that it was perhaps sent before', broken: sentTwiceUncounted },
  { label: 'one citizen gets replies in the order in which they were caused', broken: answeredOutOfOrder },
  { label: 'no handset got an SMS that the store does not know', broken: unknownSms },
  {
    label: 'nothing is left over',
    broken: ({ store }) =>
      Object.entries(store.waiting).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what} wait`])),
  },
];

function notStoredOnce({ texts, store }: Evidence): string[] {
  const partsOf = new Map(store.reports.map(({ text, parts }) => [text, parts]));
  return [
    ...notJustOnce(texts, store.reports, 'report'),
    ...texts.flatMap(({ serial, text, parts }) => {
      const stored = partsOf.get(text);
      return stored === undefined || stored === parts
        ? []
        : [`text ${serial} of ${parts} parts is stored as ${stored}`];
    }),
  ];
}

function notJustOnce(texts: Evidence['texts'], found: readonly { readonly text: string }[], what: string): string[] {
  const times = countOf(found.map(({ text }) => text));
  const sent = new Set(texts.map(({ text }) => text));
  return [
    ...texts
      .filter(({ text }) => times.get(text) !== 1)
      .map(({ serial, text }) => `text ${serial} is ${times.get(text) ?? 0} ${what}s`),
    ...[...times.keys()].filter((text) => !sent.has(text)).map((text) => `nobody sent this ${what}: ${text}`),
  ];
}

function disagreements({ filed, store }: Evidence): string[] {
  const ticketOf = new Map(filed.map(({ reportId, trackingId }) => [reportId, trackingId]));
  return store.reports
    .filter(({ id, trackingId }) => ticketOf.get(id) !== trackingId)
    .map(({ id, trackingId }) => `report ${id} is ${trackingId} in the store, ${ticketOf.get(id)} at the tracker`);
}

function filedOutOfOrder({ texts, filed }: Evidence): string[] {
  const serialOf = new Map(texts.map(({ text, serial }) => [text, serial]));
  const lastOf = new Map<string, number>();
  return filed.flatMap(({ reporterRef, text }) => {
    const serial = serialOf.get(text) ?? 0;
    const last = lastOf.get(reporterRef) ?? 0;
    lastOf.set(reporterRef, serial);
    return serial > last ? [] : [`text ${serial} was filed after text ${last} of the same citizen`];
  });
}

/** From outside alone: what the tracker filed and what the handset shows. */
function unanswered({ texts, filed, inboxes }: Evidence): string[] {
  const ticketOf = new Map(filed.map(({ text, trackingId }) => [text, trackingId]));
  return texts
    .filter(({ from, text }) => !inboxes.get(from)?.some((sms) => sms.includes(`#${ticketOf.get(text)}.`)))
    .map(({ serial, text }) => `the citizen of text ${serial} was not told of #${ticketOf.get(text)}`);
}

function repliesMiscounted({ filed, store }: Evidence): string[] {
  const times = countOf(store.replies.map(({ reportId, kind }) => `${kind} ${reportId}`));
  return filed.flatMap(({ reportId, trackingId, statusChanges }) => {
    const acknowledgements = times.get(`acknowledgement ${reportId}`) ?? 0;
    const statuses = times.get(`status ${reportId}`) ?? 0;
    if (acknowledgements === 1 && statuses === statusChanges) return [];
    return [`#${trackingId}: ${acknowledgements} acknowledgements, ${statuses} replies for ${statusChanges} changes`];
  });
}

function undelivered({ inboxes, store }: Evidence): string[] {
  const copiesOf = copiesIn(inboxes);
  return store.replies.flatMap((reply) => {
    if (copiesOf(reply) === 0) return [`${told(reply)} never came`];
    return reply.state === 'delivered' ? [] : [`${told(reply)} came and is ${reply.state} in the store`];
  });
}

function sentTwiceUncounted({ inboxes, store }: Evidence): string[] {
  const copiesOf = copiesIn(inboxes);
  return store.replies
    .filter((reply) => copiesOf(reply) > 1 + reply.takenUpAgain)
    .map((reply) => `${told(reply)} came ${copiesOf(reply)} times, ${reply.takenUpAgain} of them accounted for`);
}

/** By each one's first copy. The store's order of replies is the order in which they were caused. */
function answeredOutOfOrder({ inboxes, store }: Evidence): string[] {
  const placeOf = new Map<string, number>();
  return store.replies.flatMap((reply) => {
    const place = inboxes.get(reply.to)?.indexOf(reply.text) ?? -1;
    const before = placeOf.get(reply.to) ?? -1;
    if (place === -1) return [];
    placeOf.set(reply.to, place);
    return place > before ? [] : [`${told(reply)} came before an earlier one`];
  });
}

function unknownSms({ inboxes, store }: Evidence): string[] {
  const known = new Set(store.replies.map(({ to, text }) => `${to} ${text}`));
  return [...inboxes].flatMap(([number, messages]) =>
    messages.filter((text) => !known.has(`${number} ${text}`)).map((text) => `no reply has these words: ${text}`),
  );
}

/** How many times the citizen has a reply. */
function copiesIn(inboxes: Evidence['inboxes']): (reply: StoredReply) => number {
  const times = countOf([...inboxes].flatMap(([number, messages]) => messages.map((text) => `${number} ${text}`)));
  return ({ to, text }) => times.get(`${to} ${text}`) ?? 0;
}

function told({ kind, id }: StoredReply): string {
  return `${kind} ${id}`;
}

function countOf(names: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}
