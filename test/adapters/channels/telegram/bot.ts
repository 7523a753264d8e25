import type { TelegramConfig } from '../../../../adapters/channels/telegram/config.js';
import { telegramAdapter } from '../../../../adapters/channels/telegram/index.js';

export const token = '1708:token-of-the-simulated-bot';
export const webhookSecret = 'secret-of-the-webhook';
export const citizen = 424_242_424;
export const block = { address: '@lapor1708_bot', token };

export function configOf(changes: object = {}): TelegramConfig {
  const parsed = telegramAdapter.parseConfig({ ...block, ...changes });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.config;
}
