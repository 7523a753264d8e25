import { expect } from 'chai';
import { httpAdapter } from '../../../../adapters/channels/http/index.js';
import { blockOf } from './preset.js';

type Block = Readonly<Record<string, unknown>>;

const common = {
  address: '1708',
  auth: { addresses: ['10.0.0.1'] },
  outbound: { url: 'http://127.0.0.1:9/' },
};
const hmac = { header: 'x-sig', key: 'rahasia17' };
const headerId = { inbound: { fields: { id: ['messageid', 'header:x-id'] } } };

describe('http channel: its block', () => {
  const cases: readonly { readonly label: string; readonly own: Block; readonly faults: readonly string[] }[] = [
    ...['text/plain\r\nset-cookie: a=b', 'text/plain\n', 'text/plain; charset=utf‑8', ''].map((contentType) => ({
      label: `an answer of the type ${JSON.stringify(contentType)}`,
      own: { inbound: { answer: { contentType } } },
      faults: [
        'inbound.answer.contentType: expected a content type such as "application/json": plain ASCII on one line',
      ],
    })),
    {
      label: 'a field out of a header beside a signature over the body',
      own: { auth: { hmac }, ...headerId },
      faults: [
        'inbound.fields.id: a header is not part of what is signed, which is the body: name a field of the body',
      ],
    },
    {
      label: 'a receipt out of headers beside a signature over the query',
      own: { auth: { hmac: { ...hmac, over: 'query' } }, receipts: { fields: { id: 'header:x-id' } } },
      faults: [
        'receipts.fields.id: a header is not part of what is signed, which is the query: name a field of the query',
      ],
    },
    { label: 'a field out of a header where nothing is signed', own: headerId, faults: [] },
  ];
  for (const { label, own, faults } of cases) {
    it(`${faults.length === 0 ? 'takes' : 'faults'} ${label}`, () => {
      const block = blockOf('telco-callback', { ...common, ...own });
      const parsed = httpAdapter.parseConfig(block);
      const found = parsed.ok ? [] : parsed.faults.map(({ path, message }) => `${path.join('.')}: ${message}`);
      expect(found).to.deep.equal(faults);
    });
  }
});
