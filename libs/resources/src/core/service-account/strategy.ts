import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedServiceAccount } from './defaults.js';
import { validateServiceAccount, validateServiceAccountUpdate } from './validation.js';

/** How service accounts come to be and change: of references to secrets only the names are kept. */
export const serviceAccountStrategy: TypedStrategy<DefaultedServiceAccount> = {
  prepareForCreate: keepNamesOfSecrets,
  validate: validateServiceAccount,
  prepareForUpdate: keepNamesOfSecrets,
  validateUpdate: validateServiceAccountUpdate,
  allowUnconditionalUpdate: true,
};

function keepNamesOfSecrets(account: DefaultedServiceAccount): void {
  if (account.secrets !== undefined) account.secrets = account.secrets.map(({ name }) => ({ name }));
}
