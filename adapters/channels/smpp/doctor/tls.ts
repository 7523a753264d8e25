import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Facts } from '../../../../src/ports/diagnosis.js';

const dayMs = 86_400_000;

/** What was agreed on, and for how long it will hold. */
export function tlsFacts(socket: Socket): Facts {
  if (!(socket instanceof TLSSocket)) return {};
  const { subject, issuer, valid_to: validTo } = socket.getPeerCertificate();
  return {
    protocol: socket.getProtocol() ?? '-',
    subject: nameOf(subject?.CN),
    issuer: nameOf(issuer?.CN),
    daysLeft: Math.floor((Date.parse(validTo) - Date.now()) / dayMs),
  };
}

function nameOf(commonName: string | string[] | undefined): string {
  return [commonName ?? '-'].flat().join(', ');
}
