import * as z from 'zod';
import { followUpSchema } from '../../src/domain/followUp.js';
import { reportSchema } from '../../src/domain/report.js';
import { statusEventSchema } from '../../src/domain/statusEvent.js';
import { eventsPageSchema, filedSchema, refusalSchema, ticketSchema } from '../../src/domain/trackerApi.js';
import { type GeneratedDocument, openJsonSchema, writeIfMain } from './document.js';
import { examples } from './examples.js';

/** Each becomes a component of its name. */
const schemas = {
  Report: reportSchema,
  FollowUp: followUpSchema,
  Filed: filedSchema,
  Ticket: ticketSchema,
  StatusEvent: statusEventSchema,
  /** The gateway reads a page's events one by one; a tracker is told what each should be. */
  EventsPage: eventsPageSchema.extend({ events: z.array(statusEventSchema) }).meta({ ...eventsPageSchema.meta() }),
  Refusal: refusalSchema,
} as const satisfies Record<string, z.ZodType>;

type SchemaName = keyof typeof schemas;

const retryAfterHeader = {
  'Retry-After': {
    description: 'Seconds or an HTTP date; the gateway sends nothing again before it, and waits a day at most.',
    schema: { type: 'string' },
  },
};

/** What every operation may answer beside its success. */
const faults = {
  '408': { description: 'Sent again with back-off.', headers: retryAfterHeader },
  '425': { description: 'Sent again with back-off.', headers: retryAfterHeader },
  '429': { description: 'Sent again with back-off; meanwhile nothing else is sent.', headers: retryAfterHeader },
  '4XX': jsonResponse('Final: a dead letter for an operator of the gateway.', 'Refusal', 'refusal'),
  '5XX': { description: 'Sent again with back-off; meanwhile nothing else is sent.', headers: retryAfterHeader },
};

const trackingIdParameter = {
  name: 'trackingId',
  in: 'path',
  required: true,
  schema: { type: 'string', minLength: 1, maxLength: 64 },
};

const idempotencyHeaders = [
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description: 'The id in the body. What was filed under it once is answered again, and filed no second time.',
    schema: { type: 'string', format: 'uuid' },
  },
  {
    name: 'traceparent',
    in: 'header',
    required: true,
    description:
      'W3C Trace Context. The trace id is the id in the body without its hyphens, the same on every attempt.',
    schema: { type: 'string', pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-01$' },
  },
];

export const openapiDocument: GeneratedDocument = {
  file: 'tracker-api.openapi.json',
  build: () => ({
    openapi: '3.1.0',
    info: {
      title: 'Tracker API',
      version: '1.0.0',
      description:
        'What a tracker offers so that the gateway (`tracker.adapter: http`) can file reports in it and bring its answers back to citizens. Fields may be added in either direction; readers pass over what they do not know. Redirects are not followed.',
    },
    servers: [{ url: '{url}', variables: { url: { default: 'http://127.0.0.1:9000', description: '`tracker.url`' } } }],
    security: [{ token: [] }],
    paths: {
      '/reports': { post: submitOperation() },
      '/reports/{trackingId}': { get: statusOperation() },
      '/reports/{trackingId}/follow-ups': { post: followUpOperation() },
      '/events': { get: eventsOperation() },
    },
    webhooks: { statusChanged: { post: statusChangedWebhook() } },
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, componentOf(schema)])),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: '`tracker.token`; no header where none is set.' },
      },
    },
  }),
};

function submitOperation(): object {
  return {
    operationId: 'submitReport',
    summary: 'File a report',
    parameters: idempotencyHeaders,
    requestBody: jsonBody('Report', 'report'),
    responses: {
      '201': jsonResponse('Filed as a new ticket.', 'Filed', 'filed'),
      '200': jsonResponse('Filed before: the same ticket.', 'Filed', 'filed'),
      ...faults,
    },
  };
}

function followUpOperation(): object {
  return {
    operationId: 'followUp',
    summary: 'Add what the citizen said later',
    parameters: [trackingIdParameter, ...idempotencyHeaders],
    requestBody: jsonBody('FollowUp', 'followUp'),
    responses: { '2XX': { description: 'Filed, now or before. The body is not read.' }, ...faults },
  };
}

function statusOperation(): object {
  return {
    operationId: 'ticketStatus',
    summary: 'Say where a ticket stands',
    parameters: [trackingIdParameter],
    responses: { '200': jsonResponse('The ticket.', 'Ticket', 'ticket'), ...faults },
  };
}

function eventsOperation(): object {
  return {
    operationId: 'readEvents',
    summary: 'Read events (only with `tracker.poll`, for a tracker that can’t push)',
    parameters: [
      {
        name: 'after',
        in: 'query',
        required: false,
        description:
          'The cursor of the page before; absent on the very first call, which begins with the oldest event.',
        schema: { type: 'string' },
      },
    ],
    responses: {
      '200': jsonResponse(
        'Events after the cursor, oldest first; none and the same cursor when nothing is new.',
        'EventsPage',
        'eventsPage',
      ),
      ...faults,
    },
  };
}

function statusChangedWebhook(): object {
  return {
    operationId: 'statusChanged',
    summary: 'Tell the gateway that a ticket moved: POST {server.publicUrl}/tracker/events',
    description:
      'Signed as in Standard Webhooks (https://www.standardwebhooks.com) with `tracker.webhookSecret`: HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`. Other types of event are taken and passed over.',
    security: [],
    parameters: [
      signatureHeader('webhook-id', 'The same on every attempt to deliver one event.', 'msg_01hqz3k8w7'),
      signatureHeader(
        'webhook-timestamp',
        'Seconds since 1970, within 5 minutes of the gateway’s clock.',
        '1795341600',
      ),
      signatureHeader(
        'webhook-signature',
        'One or more of `v1,{base64}`, with a space between.',
        'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
      ),
    ],
    requestBody: jsonBody('StatusEvent', 'statusEvent'),
    responses: {
      '202': { description: 'Stored, or nothing new: a webhook-id that was seen, a sequence that is not newer.' },
      '401': jsonResponse('The signature or its time does not hold.', 'Refusal', 'badSignature'),
      '404': { description: 'No `tracker.webhookSecret` is set, so no event is taken.' },
      '413': jsonResponse('The body is longer than the gateway takes.', 'Refusal'),
      '422': jsonResponse('Signed, but it does not fit the schema: do not send it again.', 'Refusal', 'malformedEvent'),
      '503': { ...jsonResponse('Not stored: send it again.', 'Refusal'), headers: retryAfterHeader },
    },
  };
}

function signatureHeader(name: string, description: string, example: string): object {
  return { name, in: 'header', required: true, description, schema: { type: 'string' }, example };
}

function jsonBody(name: SchemaName, example: keyof typeof examples): object {
  return { required: true, content: jsonContent(name, example) };
}

function jsonResponse(description: string, name: SchemaName, example?: keyof typeof examples): object {
  return { description, content: jsonContent(name, example) };
}

function jsonContent(name: SchemaName, example?: keyof typeof examples): object {
  const schema = { $ref: `#/components/schemas/${name}` };
  return { 'application/json': { schema, ...(example === undefined ? {} : { example: examples[example] }) } };
}

/** OpenAPI 3.1 says once for the whole document which dialect its schemas are in. */
function componentOf(schema: z.ZodType): object {
  const { $schema: _dialect, ...component } = openJsonSchema(schema);
  return component;
}

writeIfMain(import.meta.url, openapiDocument);
