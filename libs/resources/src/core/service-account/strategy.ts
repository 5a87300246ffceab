import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedServiceAccount } from './defaults.js';
import { validateServiceAccount, validateServiceAccountUpdate } from './validation.js';

const mountable = 'kubernetes.io/enforce-mountable-secrets';

/** How service accounts come to be and change: of references to secrets only the names are kept. */
export const serviceAccountStrategy: TypedStrategy<DefaultedServiceAccount> = {
  prepareForCreate: keepNamesOfSecrets,
  validate: validateServiceAccount,
  prepareForUpdate: keepNamesOfSecrets,
  validateUpdate: validateServiceAccountUpdate,
  warnings: ({ metadata }, old) => {
    const isNew = metadata.annotations?.[mountable] !== undefined && old?.metadata.annotations?.[mountable] === undefined;
    return isNew ? [`metadata.annotations[${mountable}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`] : [];
  },
  allowUnconditionalUpdate: true,
};

function keepNamesOfSecrets(account: DefaultedServiceAccount): void {
  if (account.secrets !== undefined) account.secrets = account.secrets.map(({ name }) => ({ name }));
}
