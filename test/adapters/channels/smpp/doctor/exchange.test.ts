import { expect } from 'chai';
import { idFormOf } from '../../../../../adapters/channels/smpp/doctor/mailbox.js';
import { statusOf } from '../../../../../scripts/simulators/smsc/library.js';
import type { Stage } from '../../../../../src/ports/diagnosis.js';
import { Esme } from '../../../../scripts/simulators/smsc/esme.js';
import { deliverSm, Peer } from '../peer.js';
import { brief, handset, Surgery, told } from './surgery.js';

const message = { to: handset, text: 'Uji coba' };
const account = { systemId: 'lapor', password: 'secret' };

describe('doctor: with the telco', () => {
  const surgery = new Surgery();

  afterEach(() => surgery.close());

  const refusals = [
    'ESME_RINVPASWD',
    'ESME_RINVSYSID',
    'ESME_RBINDFAIL',
    'ESME_RALYBND',
    'ESME_RINVSYSTYP',
    'ESME_RINVBNDSTS',
    'ESME_RSYSERR',
    'ESME_RTHROTTLED',
  ];
  for (const status of refusals) {
    it(`tells a bind refused with ${status}`, async () => {
      await surgery.start({ refuseBinds: status });
      const stages = await surgery.stages();
      expect(brief(stages)).to.deep.equal(['tcp passed', `bind failed bind.${status}`]);
      expect(stages[1]?.facts).to.include({ status, role: 'transceiver' });
    });
  }

  it('tells a wrong password, a wrong account, and one bind too many', async () => {
    await surgery.start();
    expect(brief(await surgery.stages({ password: 'salah' })).at(-1)).to.equal('bind failed bind.ESME_RINVPASWD');
    expect(brief(await surgery.stages({ systemId: 'lain' })).at(-1)).to.equal('bind failed bind.ESME_RINVSYSID');
    await told({ port: surgery.telco.port, ...account }, { expectedWord: 'x', waitMs: 60_000 }, (stage) => {
      if (stage.result !== 'waiting') return;
      void surgery.stages().then((second) => {
        expect(brief(second).at(-1)).to.equal('bind failed bind.ESME_RALYBND');
        surgery.telco.dropConnections();
      });
    }).then((stages) => expect(brief(stages).at(-1)).to.equal('receive failed receive.closed'));
  });

  it("tells what the telco's own table says of a code of its own", async () => {
    await surgery.start({ refuseBinds: 0x0401 });
    const meaning = { id: 'akun dikunci', en: 'the account is locked' };
    const stages = await surgery.stages({ errors: { '0x0401': meaning } });
    expect(stages.at(-1)).to.deep.include({ reason: 'bind.0x00000401', meaning });
  });

  for (const silent of ['all', 'enquire_link'] as const) {
    it(`tells silence on ${silent}`, async () => {
      await surgery.start({ silent });
      const stages = await surgery.stages({ responseTimeoutSeconds: 0.1 });
      const reason = silent === 'all' ? 'bind failed bind.silent' : 'enquire_link failed enquire_link.silent';
      expect(brief(stages).at(-1)).to.equal(reason);
    });
  }

  describe('a message to a handset', () => {
    it('is sent from the short code, and waited for until its receipt', async () => {
      await surgery.start();
      const stages = await surgery.stages({}, { message });
      expect(brief(stages).slice(-3)).to.deep.equal(['send passed', 'receipt waiting', 'receipt passed']);
      expect(stages.at(-1)?.facts).to.deep.equal({ code: 'DELIVRD', idForm: 'same' });
      const [sms] = await surgery.smsc.inbox(handset);
      expect(sms).to.include({ from: '1708', text: 'Uji coba' });
    });

    it('has its receipt acknowledged, so that the telco does not send it to the gateway', async () => {
      await surgery.start();
      await surgery.stages({}, { message });
      expect(surgery.telco.queued).to.equal(0);
    });

    const receipts = [
      { label: 'a receipt before submit_sm_resp', switches: { receipts: 'before-response' }, idForm: 'same' },
      { label: 'a receipt that comes twice', switches: { receipts: 'twice' }, idForm: 'same' },
    ] as const;
    for (const c of receipts) {
      it(`knows ${c.label}`, async () => {
        await surgery.start(c.switches);
        const stages = await surgery.stages({}, { message });
        expect(brief(stages).at(-1)).to.equal('receipt passed');
        expect(stages.at(-1)?.facts.idForm).to.equal(c.idForm);
      });
    }

    const idForms = [
      { submitted: 'FF789C4B', receipted: '4286094411', idForm: 'hex_to_decimal' },
      { submitted: '4286094411', receipted: 'ff789c4b', idForm: 'decimal_to_hex' },
      { submitted: '0000001234', receipted: '1234', idForm: 'same' },
    ];
    for (const c of idForms) {
      it(`has the id ${c.submitted}, and ${c.receipted} in the receipt`, async () => {
        const peer = await Peer.listen();
        peer.script.onSubmit = (submit, link) => {
          link.respond(submit, { message_id: c.submitted });
          link.send('deliver_sm', deliverSm(`id:${c.receipted} stat:DELIVRD err:000`, { esm_class: 4 }));
        };
        try {
          const stages = await told({ port: peer.port }, { message });
          expect(stages.at(-1)).to.deep.include({ result: 'passed', facts: { code: 'DELIVRD', idForm: c.idForm } });
        } finally {
          await peer.close();
        }
      });
    }

    it('has a receipt that comes before submit_sm_resp acknowledged, not sent again', async () => {
      const peer = await Peer.listen();
      let early = -1;
      peer.script.onSubmit = (submit, link) => {
        early = link.send('deliver_sm', deliverSm('id:own-1 stat:DELIVRD', { esm_class: 4 }));
        setImmediate(() => link.respond(submit, { message_id: 'own-1' }));
      };
      try {
        expect(brief(await told({ port: peer.port }, { message })).at(-1)).to.equal('receipt passed');
        expect((await peer.links[0]?.answerTo(early))?.status).to.equal(0);
      } finally {
        await peer.close();
      }
    });

    it('has a receipt that only its TLVs tell from a text', async () => {
      const peer = await Peer.listen();
      peer.script.onSubmit = (submit, link) => {
        link.respond(submit, { message_id: 'own-1' });
        link.send('deliver_sm', { ...deliverSm('sent'), receipted_message_id: 'own-1', message_state: 2 });
      };
      try {
        expect(brief(await told({ port: peer.port }, { message })).at(-1)).to.equal('receipt passed');
      } finally {
        await peer.close();
      }
    });

    it('leaves the receipts of others with the telco', async () => {
      const peer = await Peer.listen();
      let other = -1;
      peer.script.onSubmit = (submit, link) => {
        link.respond(submit, { message_id: 'own-1' });
        other = link.send('deliver_sm', deliverSm('id:of-gateway-1 stat:DELIVRD', { esm_class: 4 }));
        void link
          .answerTo(other)
          .then(() => link.send('deliver_sm', deliverSm('id:own-1 stat:DELIVRD', { esm_class: 4 })));
      };
      try {
        expect(brief(await told({ port: peer.port }, { message })).at(-1)).to.equal('receipt passed');
        const answer = await peer.links[0]?.answerTo(other);
        expect(answer?.status).to.equal(statusOf('ESME_RX_T_APPN'));
      } finally {
        await peer.close();
      }
    });

    it('is told as failed when the receipt says so, in the words of the profile', async () => {
      await surgery.start({ receipts: 'failed' });
      const first = await surgery.stages({}, { message });
      expect(brief(first).at(-1)).to.equal('receipt failed receipt.UNDELIV');
      const [, error = ''] = String(first.at(-1)?.facts.code).split('/');
      const meaning = { id: 'ponsel mati', en: 'the handset is off' };
      const second = await surgery.stages({ receiptErrors: { [error]: meaning } }, { message });
      expect(second.at(-1)?.meaning).to.deep.equal(meaning);
    });

    it('is told as failed when no receipt comes', async () => {
      await surgery.start({ receipts: 'off' });
      const stages = await surgery.stages({}, { message, waitMs: 50 });
      expect(brief(stages).at(-1)).to.equal('receipt failed receipt.timeout');
    });

    it('is told as refused, with what the gateway would do about it', async () => {
      await surgery.start({ refuseSubmits: { status: 'ESME_RINVSRCADR', every: 1 } });
      const stages = await surgery.stages({}, { message });
      expect(stages.at(-1)).to.deep.include({ result: 'failed', reason: 'send.ESME_RINVSRCADR' });
      expect(stages.at(-1)?.facts).to.include({ status: 'ESME_RINVSRCADR', policy: 'never' });
    });

    it('is told as unanswered', async () => {
      await surgery.start({ silent: 'submit_sm' });
      const stages = await surgery.stages({ responseTimeoutSeconds: 0.1 }, { message });
      expect(brief(stages).at(-1)).to.equal('send failed send.silent');
    });
  });

  describe('a text from a handset', () => {
    const text = (words: string) => surgery.smsc.text({ from: handset, text: words });

    /** Runs the doctor, and texts as soon as it waits. */
    function waiting(words: readonly string[], waitMs = 5_000): Promise<Stage[]> {
      const onStage = (stage: Stage) => {
        if (stage.result === 'waiting') for (const each of words) text(each);
      };
      return told({ port: surgery.telco.port, ...account }, { expectedWord: 'UJI 4821', waitMs }, onStage);
    }

    it('is known by its word, and acknowledged', async () => {
      await surgery.start();
      const stages = await waiting(['uji 4821']);
      expect(brief(stages).slice(-2)).to.deep.equal(['receive waiting', 'receive passed']);
      expect(stages.at(-1)?.facts).to.include({ encoding: 'gsm7', dataCoding: 0, otherTexts: 0 });
      expect(surgery.telco.counts).to.include({ acknowledgedParts: 1 });
    });

    it('of a citizen stays with the telco, which gives it to the gateway later', async () => {
      await surgery.start();
      const citizen = '081299990000';
      const { id } = surgery.smsc.text({ from: citizen, text: 'Lampu jalan mati' });
      const stages = await waiting([], 100);
      expect(brief(stages).at(-1)).to.equal('receive failed receive.other_texts');
      expect(stages.at(-1)?.facts.otherTexts).to.be.greaterThan(0);
      expect(surgery.smsc.textView(id)).to.include({ acknowledgedParts: 0, lastError: statusOf('ESME_RX_T_APPN') });
      const gateway = await Esme.bound(surgery.telco.port);
      try {
        expect(await surgery.smsc.settledText(id, 5_000)).to.include({ state: 'acknowledged' });
      } finally {
        gateway.close();
      }
    });

    it('does not come', async () => {
      await surgery.start();
      expect(brief(await waiting([], 30)).at(-1)).to.equal('receive failed receive.timeout');
    });

    it('is waited for no longer when the operator interrupts, and the bind is given back', async () => {
      await surgery.start();
      const interrupt = new AbortController();
      const request = { expectedWord: 'UJI 4821', waitMs: 60_000, stop: interrupt.signal };
      const stages = await told({ port: surgery.telco.port, ...account }, request, ({ result }) => {
        // Once the doctor has begun to wait: it does so before the next turn of the loop.
        if (result === 'waiting') setImmediate(() => interrupt.abort());
      });
      expect(brief(stages).at(-1)).to.equal('receive failed receive.interrupted');
      expect(brief(await surgery.stages()).at(-1)).to.equal('enquire_link passed');
    });

    it('keeps the link alive while it waits', async () => {
      const peer = await Peer.listen();
      try {
        const waiting = { expectedWord: 'UJI 4821', waitMs: 200 };
        const stages = await told({ port: peer.port, enquireLinkSeconds: 0.02 }, waiting);
        expect(brief(stages).at(-1)).to.equal('receive failed receive.timeout');
        expect(peer.links[0]?.count('enquire_link')).to.be.greaterThan(2);
      } finally {
        await peer.close();
      }
    });
  });

  describe('beside a running gateway', () => {
    const binds = { binds: 1, throughputPerSecond: 100_000 };

    it('binds nothing where the telco allows no more', async () => {
      await surgery.start();
      for (const limits of [undefined, binds]) {
        const stages = await surgery.stages(limits === undefined ? {} : { limits }, { links: 'spare', message });
        expect(brief(stages)).to.deep.equal(['tcp passed', 'bind skipped bind.held_by_gateway']);
      }
      expect(surgery.telco.counts).to.include({ binds: 0, refusedBinds: 0 });
    });

    it('binds a transmitter where it does, which draws no text away from the gateway', async () => {
      await surgery.start({}, { telcos: [{ name: 'telkomsel', ...account, maxBinds: 2 }] });
      const gateway = await Esme.bound(surgery.telco.port);
      try {
        const limits = { ...binds, binds: 2 };
        const stages = await surgery.stages({ limits }, { links: 'spare', message, expectedWord: 'UJI 4821' });
        expect(brief(stages)).to.deep.equal([
          'tcp passed',
          'bind passed',
          'enquire_link passed',
          'send passed',
          'receipt skipped receipt.goes_to_gateway',
          'receive skipped receive.goes_to_gateway',
        ]);
        expect(stages[1]?.facts.role).to.equal('transmitter');
      } finally {
        gateway.close();
      }
    });
  });
});

describe('how a message id comes back', () => {
  const cases = [
    { submitted: '4286095435', receipted: '4286095435', form: 'same' },
    { submitted: 'ff789c4b', receipted: '4286094411', form: 'hex_to_decimal' },
    { submitted: '4286094411', receipted: 'ff789c4b', form: 'decimal_to_hex' },
    { submitted: '16', receipted: '22', form: 'hex_to_decimal' },
    { submitted: 'abc-1', receipted: 'abc-2', form: null },
    { submitted: '12', receipted: '13', form: null },
    { submitted: '1'.repeat(40), receipted: '2'.repeat(40), form: null },
  ];
  for (const c of cases) {
    it(`${c.submitted} and ${c.receipted}: ${c.form}`, () => {
      expect(idFormOf(c.submitted, c.receipted)).to.equal(c.form);
    });
  }
});
