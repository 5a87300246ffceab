/** Whether an image reference means the tag `latest`: by name, or because it has neither tag nor digest. */
export function isLatest(image: string): boolean {
  const digest = image.indexOf('@');
  const reference = digest < 0 ? image : image.slice(0, digest);
  const colon = reference.lastIndexOf(':');
  if (colon > reference.lastIndexOf('/')) return reference.slice(colon + 1) === 'latest';
  return digest < 0 && image !== '';
}
