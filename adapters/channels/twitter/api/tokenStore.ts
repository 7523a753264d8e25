import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { messageOf } from '../../../../src/domain/messageOf.js';
import type { Log } from '../../../../src/ports/log.js';
import { isGood } from './answer.js';
import type { Transport } from './transport.js';

/**
 * The tokens of OAuth 2, in a file that only we may read. X takes a refresh token once: a second use ends the whole
 * family, and a person must log in again. So a refresh is made by one at a time, over processes too, and what it brings
 * is on disk before it is used.
 */

const tokensSchema = z.strictObject({ accessToken: z.string().min(1), refreshToken: z.string().min(1) });

type Tokens = z.output<typeof tokensSchema>;

const grantSchema = z.object({ access_token: z.string().min(1), refresh_token: z.string().min(1) });

export type Renewal = { readonly ok: true } | { readonly ok: false; readonly cause: string };

export interface TokenStoreConfig {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** Of the first start; after that the file knows better. */
  readonly refreshToken: string;
  readonly tokenFile: string;
}

const privateMode = 0o600;
/** A lock that is older was left behind: a refresh takes one request. */
const staleLockMs = 120_000;

export class TokenStore {
  #tokens: Tokens | null = null;
  /** X has given them and the disk did not take them: there are no others, for the refresh token before is spent. */
  #unwritten: Tokens | null = null;
  #renewing: Promise<Renewal> | null = null;

  constructor(
    private readonly config: TokenStoreConfig,
    private readonly transport: Transport,
    private readonly log: Log,
    /** False for who may only look: another process holds the tokens, and a refresh would take them from it. */
    private readonly mayRenew = true,
  ) {}

  /** Empty where there is none yet: X refuses it, and that brings the refresh. */
  async accessToken(): Promise<string> {
    this.#tokens ??= await this.#read();
    return this.#tokens?.accessToken ?? '';
  }

  /** Replaces a token that X refused. Who comes while that is done gets the same result. */
  async renew(refused: string): Promise<Renewal> {
    if (this.#tokens !== null && this.#tokens.accessToken !== refused) return { ok: true };
    if (!this.mayRenew) return { ok: false, cause: 'the token has expired, and only the running gateway may renew it' };
    this.#renewing ??= this.#renewTelling(refused).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renewTelling(refused: string): Promise<Renewal> {
    const renewal = await this.#renew(refused);
    if (renewal.ok) this.log.info({}, 'the access token was renewed');
    else this.log.error({ cause: renewal.cause }, 'the access token is not renewed: X takes no request without it');
    return renewal;
  }

  async #renew(refused: string): Promise<Renewal> {
    let unlock: (() => Promise<void>) | null;
    try {
      unlock = await this.#lock();
    } catch (error) {
      return { ok: false, cause: `beside ${this.config.tokenFile} nothing can be written: ${messageOf(error)}` };
    }
    if (unlock === null) return { ok: false, cause: 'another process is renewing the token' };
    try {
      if (this.#unwritten !== null) return await this.#keep(this.#unwritten);
      // Another process may have been first.
      const stored = await this.#read();
      if (stored !== null && stored.accessToken !== refused) {
        this.#tokens = stored;
        return { ok: true };
      }
      return await this.#exchange(stored?.refreshToken ?? this.config.refreshToken);
    } catch (error) {
      return { ok: false, cause: messageOf(error) };
    } finally {
      await unlock();
    }
  }

  async #exchange(refreshToken: string): Promise<Renewal> {
    const { clientId, clientSecret } = this.config;
    const body = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId };
    const request = { method: 'POST', path: 'oauth2/token', query: {}, body, encoding: 'url' } as const;
    const answer = await this.transport.send(request, { kind: 'client', id: clientId, secret: clientSecret });
    if (answer.kind !== 'answered') return { ok: false, cause: answer.cause };
    const grant = grantSchema.safeParse(answer.body);
    if (!isGood(answer) || !grant.success) {
      return { ok: false, cause: `X gave no new token (status ${answer.status}): log in again, and set refreshToken` };
    }
    return this.#keep({ accessToken: grant.data.access_token, refreshToken: grant.data.refresh_token });
  }

  async #keep(tokens: Tokens): Promise<Renewal> {
    this.#unwritten = tokens;
    await this.#write(tokens);
    this.#unwritten = null;
    this.#tokens = tokens;
    return { ok: true };
  }

  async #read(): Promise<Tokens | null> {
    let text: string;
    try {
      text = await readFile(this.config.tokenFile, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
    const parsed = tokensSchema.safeParse(parsedJson(text));
    if (parsed.success) return parsed.data;
    throw new Error(`${this.config.tokenFile} does not hold tokens; remove it, and set a new refreshToken`);
  }

  /** Beside and over: a crash leaves the old file or the new one, never half of one. */
  async #write(tokens: Tokens): Promise<void> {
    const { tokenFile } = this.config;
    const next = `${tokenFile}.new`;
    const file = await open(next, constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY, privateMode);
    try {
      await file.chmod(privateMode);
      await file.writeFile(JSON.stringify(tokens));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, tokenFile);
  }

  /** @returns how to unlock, or null while another process holds the lock. */
  async #lock(): Promise<(() => Promise<void>) | null> {
    const lock = `${this.config.tokenFile}.lock`;
    await mkdir(dirname(lock), { recursive: true });
    const held = await stat(lock).catch(() => null);
    if (held !== null && Date.now() - held.mtimeMs > staleLockMs) await rm(lock, { force: true });
    try {
      await (await open(lock, 'wx', privateMode)).close();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null;
      throw error;
    }
    return () => rm(lock, { force: true });
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
