/**
 * What a channel adapter in a package of its own builds on: `import … from 'lapor-gateway/kit'`. Adapters in this project
 * import the same things from where they are.
 */

export { steadyNowMs } from '../domain/clock.js';
export type { ReceiptState, ReplyKind } from '../domain/reply.js';
export type { Attachment } from '../domain/report.js';
export { decodeText, isTextEncoding, type TextEncoding } from '../domain/sms/decode.js';
export { normaliseMsisdn } from '../domain/sms/msisdn.js';
export { type SplitText, splitText } from '../domain/sms/segments.js';
export { parseUdh, type Udh } from '../domain/sms/udh.js';
export * from './channel.js';
export type { ConfigFault, ConfigFinding, Parsed } from './config.js';
export type { Log } from './log.js';
export { parseWith } from './parseWith.js';
export type { WebhookAnswer, WebhookRequest } from './webhook.js';
