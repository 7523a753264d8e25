const separators = /[\s().-]/g;
const digitsOnly = /^\d+$/;
const zerosOnly = /^0+$/;

/**
 * Brings a subscriber's number into one form, digits with the country code: `+62 812-3456`, `0062812…`,
 * `0812…` and `62812…` are the same person. What is no number (an alphanumeric sender, a short code, zeros alone)
 * stays as it is. The type of number that a peer states is no help: telcos are known to set it wrong.
 *
 * @param countryCode digits, such as `62`
 */
export function normaliseMsisdn(address: string, countryCode: string): string {
  if (digitsOnly.test(address)) return withCountryCode(address, countryCode);
  const bare = address.replace(separators, '');
  if (bare.startsWith('+') && digitsOnly.test(bare.slice(1))) return bare.slice(1);
  return digitsOnly.test(bare) ? withCountryCode(bare, countryCode) : address;
}

function withCountryCode(digits: string, countryCode: string): string {
  if (!digits.startsWith('0') || zerosOnly.test(digits)) return digits;
  if (digits.startsWith('00')) return digits.slice(2);
  return `${countryCode}${digits.slice(1)}`;
}
