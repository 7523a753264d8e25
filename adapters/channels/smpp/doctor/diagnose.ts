import { randomInt } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { normaliseMsisdn } from '../../../../src/domain/sms/msisdn.js';
import type { DiagnosisRequest, Stage } from '../../../../src/ports/diagnosis.js';
import { type BindRole, bindFields, rolesOfBind } from '../bind.js';
import type { Pdu } from '../codec/pdu.js';
import { integerTlv, tagOf } from '../codec/pdu.js';
import { commandStatus, statusName } from '../codec/status.js';
import type { SmppConfig } from '../config.js';
import { bindsOf } from '../inspect.js';
import { meaningOfReceipt, meaningOfStatus, telcoSubmitPolicy } from '../profile.js';
import { tlsOptions } from '../socket.js';
import { planSubmits, senderOf } from '../submits.js';
import { reachTcp, resolveHost, startTls } from './connect.js';
import { TestMailbox } from './mailbox.js';
import { Probe, type ProbeAnswer } from './probe.js';
import { StageClock } from './stageClock.js';
import { tlsFacts } from './tls.js';
import { keptAlive, type Waited } from './waiting.js';

type Stages<Value> = AsyncGenerator<Stage, Value>;

/**
 * Tests a channel against its telco: each host up to enquire_link, and on the first that binds the test message and
 * the expected text.
 */
export async function* diagnose(config: SmppConfig, request: DiagnosisRequest): AsyncGenerator<Stage> {
  let exchange: DiagnosisRequest = request;
  for (const host of config.hosts) {
    if (request.stop.aborted) return;
    const isBound = yield* new HostDiagnosis(host, config, exchange).run();
    if (isBound) exchange = { ...request, message: null, expectedWord: null };
  }
}

/**
 * Beside a running gateway a transmitter is bound, if the telco allows one more at all: a bind that receives would be
 * given texts that the gateway should have.
 */
function rolesToBind(config: SmppConfig, links: DiagnosisRequest['links']): readonly BindRole[] {
  if (links === 'all') return rolesOfBind[config.bind];
  return (config.limits.binds ?? 0) > bindsOf(config) ? ['transmitter'] : [];
}

class HostDiagnosis {
  readonly #config: SmppConfig;
  readonly #request: DiagnosisRequest;
  readonly #host: string;
  readonly #target: string;
  readonly #mailbox: TestMailbox;
  readonly #probes = new Map<BindRole, Probe>();

  constructor(host: string, config: SmppConfig, request: DiagnosisRequest) {
    this.#config = config;
    this.#request = request;
    this.#host = host;
    this.#target = `${host}:${config.port}`;
    this.#mailbox = new TestMailbox(config, request.expectedWord);
  }

  /** @returns whether it bound */
  async *run(): Stages<boolean> {
    if (!(yield* this.#lookUp())) return false;
    try {
      if (!(yield* this.#bindAll())) return false;
      if (yield* this.#enquire()) yield* this.#exchange();
      return true;
    } finally {
      await Promise.all([...this.#probes.values()].map((probe) => probe.close()));
    }
  }

  async *#lookUp(): Stages<boolean> {
    if (isIP(this.#host) !== 0) return true;
    const clock = new StageClock('dns', this.#host);
    const found = await resolveHost(this.#host);
    if (!found.ok) yield clock.failed(`dns.${found.code}`);
    else yield clock.passed({ addresses: found.value.join(', ') });
    return found.ok;
  }

  async *#bindAll(): Stages<boolean> {
    const roles = rolesToBind(this.#config, this.#request.links);
    for (const role of roles) {
      const socket = yield* this.#reach(this.#probes.size === 0);
      if (socket === null || !(yield* this.#bind(role, socket))) return false;
    }
    if (roles.length > 0) return true;
    const socket = yield* this.#reach(true);
    socket?.destroy();
    if (socket !== null) yield new StageClock('bind', this.#target).skipped('bind.held_by_gateway');
    return false;
  }

  /** @param isFirst the connections after it are told only where they fail */
  async *#reach(isFirst: boolean): Stages<Socket | null> {
    const timeoutMs = this.#config.connectTimeoutSeconds * 1_000;
    const clock = new StageClock('tcp', this.#target);
    const connected = await reachTcp(this.#host, this.#config.port, timeoutMs);
    if (!connected.ok) {
      yield clock.failed(`tcp.${connected.code}`, { seconds: timeoutMs / 1_000 });
      return null;
    }
    if (isFirst) yield clock.passed({ address: connected.value.remoteAddress ?? '' });
    return yield* this.#secure(connected.value, isFirst, timeoutMs);
  }

  async *#secure(socket: Socket, isFirst: boolean, timeoutMs: number): Stages<Socket | null> {
    const { tls } = this.#config;
    if (tls === null) return socket;
    const clock = new StageClock('tls', this.#target);
    const secure = await startTls(socket, () => ({ host: this.#host, ...tlsOptions(tls, this.#host) }), timeoutMs);
    if (!secure.ok) yield clock.failed(`tls.${secure.code}`, { code: secure.code });
    else if (isFirst) yield clock.passed(tlsFacts(secure.value));
    return secure.ok ? secure.value : null;
  }

  async *#bind(role: BindRole, socket: Socket): Stages<boolean> {
    const clock = new StageClock('bind', this.#target);
    const probe = new Probe(socket, this.#config.responseTimeoutSeconds * 1_000, this.#mailbox.onMessage);
    this.#probes.set(role, probe);
    const answer = await probe.bind(`bind_${role}`, bindFields(this.#config));
    const failure = this.#failureOf(answer);
    if (failure === null) yield clock.passed({ role, ...peerFacts(answer) });
    else yield clock.failed(`bind.${failure.why}`, { role, ...failure.facts }, failure.meaning);
    return failure === null;
  }

  async *#enquire(): Stages<boolean> {
    for (const [role, probe] of this.#probes) {
      const clock = new StageClock('enquire_link', this.#target);
      const failure = this.#failureOf(await probe.ask('enquire_link'));
      if (failure !== null) {
        yield clock.failed(`enquire_link.${failure.why}`, { role, ...failure.facts });
        return false;
      }
      yield clock.passed({ role });
    }
    return true;
  }

  async *#exchange(): Stages<void> {
    const { message, expectedWord } = this.#request;
    if (message !== null && !this.#request.stop.aborted && (yield* this.#send(message))) yield* this.#awaitReceipt();
    if (expectedWord !== null && !this.#request.stop.aborted) yield* this.#awaitText(expectedWord);
  }

  /** @returns whether a receipt can be waited for */
  async *#send({ to, text }: { readonly to: string; readonly text: string }): Stages<boolean> {
    const clock = new StageClock('send', this.#target);
    const msisdn = normaliseMsisdn(to, this.#config.countryCode);
    const plan = planSubmits(
      { id: 'doctor', to: msisdn, text, kind: 'information', inReplyTo: null },
      { ...this.#config, receipts: true },
      senderOf(this.#config),
      randomInt(256),
    );
    if (plan.kind === 'unsendable') {
      yield clock.failed(`send.${plan.code}`);
      return false;
    }
    const probe = this.#probes.get('transceiver') ?? this.#probes.get('transmitter');
    let messageId: string | null = null;
    for (const submit of plan.submits) {
      const answered = probe?.submit(submit) ?? Promise.resolve<ProbeAnswer>({ kind: 'closed' });
      this.#mailbox.awaitId(answered.then(messageIdOf));
      const answer = await answered;
      const failure = this.#failureOf(answer);
      if (failure !== null) {
        yield clock.failed(`send.${failure.why}`, failure.facts, failure.meaning);
        return false;
      }
      messageId = messageIdOf(answer);
    }
    yield clock.passed({ segments: plan.submits.length, messageId: messageId ?? '-' });
    if (messageId === null) yield new StageClock('receipt', this.#target).skipped('receipt.no_message_id');
    else if (this.#isDeaf) yield new StageClock('receipt', this.#target).skipped('receipt.goes_to_gateway');
    return messageId !== null && !this.#isDeaf;
  }

  async *#awaitReceipt(): Stages<void> {
    const clock = new StageClock('receipt', this.#target);
    yield clock.waiting({ seconds: this.#request.waitMs / 1_000 });
    const came = await this.#wait(this.#mailbox.receipt);
    if (came.kind !== 'came') {
      yield clock.failed(`receipt.${came.kind}`, { seconds: this.#request.waitMs / 1_000 });
      return;
    }
    const { receipt, idForm } = came.value;
    const meaning = meaningOfReceipt(receipt.code, this.#config);
    const facts = { code: receipt.code, idForm };
    if (receipt.state === 'delivered') yield clock.passed(facts);
    else yield clock.failed(`receipt.${receipt.code.split('/')[0]}`, facts, meaning);
  }

  async *#awaitText(word: string): Stages<void> {
    const clock = new StageClock('receive', this.#target);
    if (this.#isDeaf) {
      yield clock.skipped('receive.goes_to_gateway');
      return;
    }
    yield clock.waiting({ word, address: this.#config.address, seconds: this.#request.waitMs / 1_000 });
    const came = await this.#wait(this.#mailbox.text);
    const { otherTexts } = this.#mailbox;
    if (came.kind === 'came') {
      const { encoding, dataCoding, oddity, raw } = came.value;
      const facts = { encoding, dataCoding: dataCoding ?? '-', oddity: oddity ?? '-', octets: raw.length, otherTexts };
      yield clock.passed(facts);
      return;
    }
    const why = came.kind === 'timeout' && otherTexts > 0 ? 'other_texts' : came.kind;
    yield clock.failed(`receive.${why}`, { word, otherTexts, seconds: this.#request.waitMs / 1_000 });
  }

  /** Whether nothing bound here receives. */
  get #isDeaf(): boolean {
    return !this.#probes.has('transceiver') && !this.#probes.has('receiver');
  }

  #wait<Value>(what: Promise<Value>): Promise<Waited<Value>> {
    const { waitMs, stop } = this.#request;
    const everyMs = this.#config.enquireLinkSeconds * 1_000;
    return keptAlive(what, { probes: [...this.#probes.values()], everyMs, waitMs, stop });
  }

  #failureOf(answer: ProbeAnswer) {
    const seconds = this.#config.responseTimeoutSeconds;
    if (answer.kind !== 'response') return { why: answer.kind, facts: { seconds }, meaning: null };
    const status = answer.pdu.commandStatus;
    if (status === commandStatus.ESME_ROK) return null;
    const number = `0x${status.toString(16).padStart(2, '0')}`;
    return {
      why: statusName(status),
      facts: { status: statusName(status), number, policy: telcoSubmitPolicy(status, this.#config) },
      meaning: meaningOfStatus(status, this.#config),
    };
  }
}

const interfaceVersionTag = tagOf('sc_interface_version');

/** Who answered: the SMSC's own system_id, and the version of SMPP that it speaks, as `3.4`. */
function peerFacts(answer: ProbeAnswer): { readonly peer: string; readonly version: string } {
  const pdu: Pdu | null = answer.kind === 'response' ? answer.pdu : null;
  const peer = pdu?.fields.system_id;
  const version = pdu === null ? null : integerTlv(pdu.tlvs, interfaceVersionTag);
  return {
    peer: typeof peer === 'string' && peer !== '' ? peer : '-',
    version: version === null ? '-' : `${version >> 4}.${version & 0x0f}`,
  };
}

function messageIdOf(answer: ProbeAnswer): string | null {
  const id = answer.kind === 'response' ? answer.pdu.fields.message_id : null;
  return typeof id === 'string' && id.trim() !== '' ? id.trim() : null;
}
