import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const KEY_USAGES: Readonly<Record<string, x509.KeyUsageFlags>> = {
  signing: x509.KeyUsageFlags.digitalSignature,
  'digital signature': x509.KeyUsageFlags.digitalSignature,
  'content commitment': x509.KeyUsageFlags.nonRepudiation,
  'key encipherment': x509.KeyUsageFlags.keyEncipherment,
  'key agreement': x509.KeyUsageFlags.keyAgreement,
  'data encipherment': x509.KeyUsageFlags.dataEncipherment,
};

const EXTENDED: Readonly<Record<string, string>> = { 'server auth': '1.3.6.1.5.5.7.3.1', 'client auth': '1.3.6.1.5.5.7.3.2' };

/** The extensions that say what a certificate is for, from usages as a CertificateSigningRequest names them. Throws a RangeError for any that no leaf of this authority has. */
export function usageExtensions(usages: readonly string[]): x509.Extension[] {
  const unknown = usages.find((usage) => !Object.hasOwn(KEY_USAGES, usage) && !Object.hasOwn(EXTENDED, usage));
  if (unknown !== undefined) throw new RangeError(`certificates are not given for the usage ${JSON.stringify(unknown)}`);
  const flags = usages.reduce((all, usage) => all | (KEY_USAGES[usage] ?? 0), 0);
  const extended = usages.flatMap((usage) => EXTENDED[usage] ?? []);
  return [...(flags === 0 ? [] : [new x509.KeyUsagesExtension(flags, true)]), ...(extended.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(extended)])];
}
