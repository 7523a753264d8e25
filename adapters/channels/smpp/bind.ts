import type { Fields } from './codec/pdu.js';
import type { SmppConfig } from './config.js';

/** `transceiver` brings and takes messages; the other two do one each. */
export type BindRole = 'transceiver' | 'receiver' | 'transmitter';

/** The binds that one session of a channel is made of. */
export const rolesOfBind: Readonly<Record<SmppConfig['bind'], readonly BindRole[]>> = {
  transceiver: ['transceiver'],
  separate: ['receiver', 'transmitter'],
};

/** interface_version: SMPP 3.4. */
const interfaceVersion = 0x34;

/** What a bind says (SMPP 3.4 §4.1.1), the same in every role. */
export function bindFields(config: SmppConfig): Fields {
  const ranged = config.addressRange !== '';
  return {
    system_id: config.systemId,
    password: config.password,
    system_type: config.systemType,
    interface_version: interfaceVersion,
    addr_ton: ranged ? config.sourceTon : 0,
    addr_npi: ranged ? config.sourceNpi : 0,
    address_range: config.addressRange,
  };
}
