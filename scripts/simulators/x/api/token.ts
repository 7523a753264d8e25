import { Buffer } from 'node:buffer';
import type { XSimulator } from '../simulator.js';

/** `POST /2/oauth2/token`: OAuth 2.0's own shapes, not X's problems. */

export function tokenAnswer(x: XSimulator, form: URLSearchParams, authorization: string | undefined) {
  if (!isClient(x, form, authorization)) {
    return { status: 401, body: oauthError('unauthorized_client', 'Missing valid authorization header') };
  }
  const grant = form.get('grant_type');
  if (grant === 'client_credentials') {
    return { status: 200, body: { token_type: 'bearer', access_token: x.app.credentials.bearerToken } };
  }
  if (grant !== 'refresh_token') {
    return { status: 400, body: oauthError('unsupported_grant_type', `grant_type ${grant} is not simulated`) };
  }
  const answer = x.app.refresh(form.get('refresh_token') ?? '', x.nowMs());
  if (answer.ok) return { status: 200, body: answer.body };
  return { status: 400, body: oauthError(answer.error, answer.description) };
}

/** A confidential client signs in with its secret; a public one only names itself. */
function isClient({ app }: XSimulator, form: URLSearchParams, authorization: string | undefined): boolean {
  const { clientId, clientSecret } = app.credentials;
  const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return form.get('client_id') === clientId;
  return (
    Buffer.from(basic, 'base64').toString() === `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`
  );
}

function oauthError(error: string, description: string) {
  return { error, error_description: description };
}
