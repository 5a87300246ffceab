/** What can be an image reference, as far as its tag is concerned; the rest is for the registry to refuse. */
const referenceForm = /^[A-Za-z0-9][A-Za-z0-9._:@/+-]*$/;

/** Whether an image reference means the tag `latest`: by name, or because it has neither tag nor digest. False for what is no reference. */
export function isLatest(image: string): boolean {
  if (!referenceForm.test(image)) return false;
  const digest = image.indexOf('@');
  const reference = digest < 0 ? image : image.slice(0, digest);
  const colon = reference.lastIndexOf(':');
  if (colon > reference.lastIndexOf('/')) return reference.slice(colon + 1) === 'latest';
  return digest < 0;
}
