import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fact } from '../../scripts/chaos/fact.js';
import { type GatewayWithTracker, startGateway } from '../../scripts/peers/gateway.js';
import { type Smsc, startSmsc } from '../../scripts/simulators/smsc/index.js';
import { malformedPdu } from '../../scripts/simulators/smsc/malformed.js';
import { type SwitchesInput, switchesSchema } from '../../scripts/simulators/smsc/switches.js';
import { Capture, markFilter } from './capture.js';

const credentials = { systemId: 'lapor', password: 'secret' };
const patienceMs = 15_000;
const telco = 'telkomsel';

const long = 'Jalan berlubang di depan kantor camat Sukasada, warga {sudah} melapor ke desa. '.repeat(4).trim();
const texts = [
  { text: 'Jln rusak di ds Pejeng', form: 'udh8' },
  { text: 'Sampah menumpuk di TPS 😷', form: 'udh8' },
  { text: long, form: 'udh8' },
  { text: `${long} 16`, form: 'udh16' },
  { text: `${long} SAR`, form: 'sar' },
  { text: `${long} payload`, form: 'payload' },
  { text: `${long} 🙏`, form: 'udh8' },
] as const;
const agencyMessage = 'Perbaikan dijadwalkan pekan depan. '.repeat(5).trim();

describe("the gateway's traffic, dissected by tshark", function () {
  this.timeout(90_000);
  let folder: string;
  let smsc: Smsc;
  let gateway: GatewayWithTracker;
  let capture: Capture;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'peers-tshark-'));
    smsc = await startSmsc({ telcos: [{ name: telco, ...credentials }], retryIntervalMs: 200 });
    const { port } = smsc.telco(telco);
    capture = await Capture.start(port, folder);
    set({ refuseBinds: 'ESME_RINVPASWD' });
    const channel = { adapter: 'smpp', host: '127.0.0.1', port, ...credentials, address: '1708' };
    const quick = { enquireLinkSeconds: 0.5, refusedRetrySeconds: 0.5, reconnectMinSeconds: 0.1 };
    gateway = await startGateway({ folder, channels: { [telco]: { ...channel, ...quick } } });
    await converse();
    expect((await gateway.stop()).code, gateway.process.lastWords).to.equal(0);
    await capture.stop();
  });

  after(async () => {
    await gateway?.close();
    await smsc?.close();
    await rm(folder, { recursive: true, force: true });
  });

  function set(switches: SwitchesInput): void {
    smsc.telco(telco).setSwitches(switchesSchema.parse(switches));
  }

  function counted(name: string): number {
    return smsc.telco(telco).counts[name] ?? 0;
  }

  /** Waits until this many submit_sm were taken, and the receipt for each is acknowledged. */
  async function settled(submits: number): Promise<void> {
    const look = () => counted('submits') - counted('refusedSubmits') >= submits && counted('receipts') >= submits;
    const isSettled = () => (look() && smsc.telco(telco).queued === 0) || undefined;
    await fact(`${submits} replies and their receipts`, isSettled, patienceMs, gateway.process.gone);
  }

  /** All kinds of PDUs that the two say to each other, errors included. */
  async function converse(): Promise<void> {
    await fact('a refused bind', () => counted('refusedBinds') > 0 || undefined, patienceMs);
    set({ refuseSubmits: { status: 'ESME_RTHROTTLED', every: 4 } });
    expect(await smsc.bound(telco, 1, patienceMs)).to.equal(true);
    for (const [index, { text, form }] of texts.entries()) smsc.text({ from: `62811000000${index}`, text, form });
    await settled(texts.length);
    set({});
    const { simulator } = gateway.tracker;
    const [first] = simulator.ledger.tickets(0, 1);
    simulator.setStatus(first?.trackingId ?? '', { status: 'in_progress', message: agencyMessage });
    await settled(texts.length + 2);
    // Alone in its segment: tshark gives up a whole segment that does not begin with a command it knows.
    smsc.telco(telco).inject('unknown-command');
    smsc.text({ from: '628110000099', text: 'Sesudah perintah yang tidak dikenal' });
    await settled(texts.length + 3);
    await smsc.telco(telco).unbind();
    expect(await smsc.bound(telco, 0, patienceMs)).to.equal(true);
    expect(await smsc.bound(telco, 1, patienceMs)).to.equal(true);
  }

  async function count(filter: string): Promise<number> {
    return (await capture.values('smpp.command_id', `${filter} && !(${markFilter})`)).length;
  }

  it('holds no PDU that tshark calls malformed', async () => {
    expect(await capture.faults()).to.deep.equal([]);
  });

  it('holds no octet outside a PDU, the unknown command aside', async () => {
    const octets = sum(await capture.values('tcp.len', 'tcp.len > 0 && !tcp.analysis.retransmission'));
    const octetsOfPdus = sum(await capture.values('smpp.command_length'));
    expect(octets - octetsOfPdus).to.equal(malformedPdu('unknown-command', 1).length);
    expect(octetsOfPdus).to.be.greaterThan(1_000);
  });

  it('holds each kind of PDU as often as the SMSC counted it, and an answer to each', async () => {
    const kinds = tally((await capture.values('smpp.command_id')).map(Number));
    const deliveries = counted('acknowledgedParts') + counted('receipts');
    const binds = counted('binds') + counted('refusedBinds');
    const submits = counted('submits');
    expect(kinds).to.include({
      [id.bindTransceiver]: binds,
      [answerTo(id.bindTransceiver)]: binds,
      [id.deliverSm]: deliveries,
      [answerTo(id.deliverSm)]: deliveries,
      [id.submitSm]: submits,
      [answerTo(id.submitSm)]: submits,
      // The SMSC's, then the gateway's.
      [id.unbind]: 2,
      [answerTo(id.unbind)]: 2,
    });
    expect(kinds[id.enquireLink]).to.be.greaterThan(0);
    expect(kinds[answerTo(id.enquireLink)]).to.equal(kinds[id.enquireLink]);
    expect(submits).to.be.at.least(texts.length + 2 + counted('refusedSubmits'));
  });

  const statuses = [
    { label: 'the refused bind', filter: 'smpp.command_id == 0x80000009 && smpp.command_status == 0x0e' },
    { label: 'the throttled reply', filter: 'smpp.command_id == 0x80000004 && smpp.command_status == 0x58' },
    { label: 'our answer to an unknown command', filter: 'smpp.command_id == 0x80000000 && smpp.command_status == 3' },
  ];
  for (const { label, filter } of statuses) {
    it(`holds an error that reads as it was meant: ${label}`, async () => {
      expect(await count(filter)).to.be.greaterThan(0);
    });
  }

  it('reads in each reply what the citizen reads', async () => {
    const found = await capture.values('smpp.message_text', 'smpp.command_id == 0x00000004');
    const shown = texts.flatMap((_, index) => smsc.handsets.messages(`62811000000${index}`).map(({ text }) => text));
    const single = shown.filter((text) => text.length <= 160);
    expect(single).to.have.length(texts.length);
    for (const text of single) expect(found).to.include(text);
  });

  it('finds a fault where there is one', async () => {
    const control = await mkdtemp(join(tmpdir(), 'peers-tshark-control-'));
    const bad = await startSmsc({ telcos: [{ name: telco, ...credentials }] });
    const { port } = bad.telco(telco);
    const recording = await Capture.start(port, control);
    const channel = { adapter: 'smpp', host: '127.0.0.1', port, ...credentials, address: '1708' };
    const other = await startGateway({ folder: control, channels: { [telco]: channel } });
    try {
      expect(await bad.bound(telco, 1, patienceMs)).to.equal(true);
      bad.telco(telco).inject('overlong-sm-length');
      await other.stop();
      await recording.stop();
      expect(await recording.faults()).to.have.length(1);
    } finally {
      await other.close();
      await bad.close();
      await rm(control, { recursive: true, force: true });
    }
  });
});

const id = { submitSm: 4, deliverSm: 5, unbind: 6, bindTransceiver: 9, enquireLink: 0x15 } as const;

function answerTo(command: number): number {
  return command + 0x80000000;
}

function sum(numbers: readonly string[]): number {
  return numbers.reduce((total, number) => total + Number(number), 0);
}

function tally(values: readonly number[]): Record<number, number> {
  const times: Record<number, number> = {};
  for (const value of values) times[value] = (times[value] ?? 0) + 1;
  return times;
}
