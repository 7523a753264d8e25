import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fact } from '../../scripts/chaos/fact.js';
import { installHint } from './installHint.js';

/** What went over a port of the loopback, recorded and then read by tshark's SMPP dissector. */

const run = promisify(execFile);
const patienceMs = 15_000;
const outputMaxBytes = 64 * 1024 * 1024;

/** data_coding 0 is the SMSC's default alphabet, which here is GSM 03.38, one septet an octet. */
const alphabet = ['-o', 'smpp.decode_sms_over_smpp:GSM 7-bit', '-o', 'smpp.gsm7_unpacked:TRUE'];

/** On several processors the loopback hands packets to the recorder in another order than to the receiver. */
const order = ['-o', 'tcp.reassemble_out_of_order:TRUE'];

/** Frames that tshark could not read to their end, or read as something that SMPP does not allow. */
const faults =
  '_ws.malformed || _ws.short || _ws.unreassembled || _ws.type_length || (smpp && _ws.expert.severity >= error)';

export class Capture {
  private constructor(
    private readonly port: number,
    private readonly file: string,
    private readonly stopRecorder: () => Promise<void>,
  ) {}

  /** Resolves when packets are being recorded. */
  static async start(port: number, folder: string): Promise<Capture> {
    const file = join(folder, `port-${port}.pcapng`);
    const recorder = spawn('tshark', ['-q', '-i', 'lo', '-f', `tcp port ${port}`, '-w', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const gone = new AbortController();
    let words = '';
    recorder.stderr.setEncoding('utf8').on('data', (text: string) => {
      words += text;
    });
    recorder.once('error', (error) => gone.abort(new Error(`tshark: ${error.message}. ${installHint}`)));
    recorder.once('exit', (code) =>
      gone.abort(new Error(`tshark ended (exit ${code}): ${words}\n${installHint}. Capturing needs root.`)),
    );
    const stop = async (): Promise<void> => {
      if (gone.signal.aborted) return;
      const exit = once(recorder, 'exit');
      recorder.kill('SIGINT');
      await exit;
    };
    const capture = new Capture(port, file, stop);
    try {
      await capture.#mark(gone.signal);
    } catch (error) {
      await stop();
      throw error;
    }
    return capture;
  }

  /** Resolves when all that went over the port until now is in the file, and nothing more is recorded. */
  async stop(): Promise<void> {
    try {
      await this.#mark();
    } finally {
      await this.stopRecorder();
    }
  }

  /** All values of a field, in the order of the packets, of the gateway's and the SMSC's PDUs. */
  async values(field: string, filter = 'smpp'): Promise<readonly string[]> {
    const out = await this.#dissect(['-Y', filter, '-T', 'fields', '-E', 'aggregator=|', '-e', field]);
    return out.split(/[\n|]/).filter((value) => value !== '');
  }

  /** One line for each frame that is wrong. */
  async faults(): Promise<readonly string[]> {
    const fields = ['frame.number', 'smpp.command_id', '_ws.expert.message'].flatMap((field) => ['-e', field]);
    const out = await this.#dissect(['-Y', faults, '-T', 'fields', ...fields]);
    return out.split('\n').filter((line) => line !== '');
  }

  async #dissect(args: readonly string[]): Promise<string> {
    const all = ['-r', this.file, '-d', `tcp.port==${this.port},smpp`, ...alphabet, ...order, ...args];
    return (await run('tshark', all, { maxBuffer: outputMaxBytes })).stdout;
  }

  /**
   * Sends octets that nobody else sends until they are in the file: what came before them is there, too. They are a
   * generic_nack of status 0, which an SMSC ignores.
   */
  async #mark(gone?: AbortSignal): Promise<void> {
    const mark = Buffer.concat([Buffer.from('000000108000000000000000', 'hex'), randomBytes(4)]);
    const look = async (): Promise<true | undefined> => {
      const socket = connect(this.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.end(mark);
      await once(socket.resume(), 'close');
      const recorded = await readFile(this.file).catch(() => Buffer.alloc(0));
      return recorded.includes(mark) || undefined;
    };
    await fact('the capture holds what went over the port', look, patienceMs, gone);
  }
}

/** The generic_nacks of a capture's own. */
export const markFilter = 'smpp.command_id == 0x80000000 && smpp.command_status == 0';
