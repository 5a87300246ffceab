const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const HOST = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?';
const REFERENCE = new RegExp(`^(?:(?:${HOST})/)?${PART}(?:/${PART})*(?::(?<tag>[\\w][\\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,}))?$`);
const LONGEST = 4096;

/** The name with `:latest` where it has neither tag nor digest; undefined: it is no image reference. */
export function normalizedImage(image: string): string | undefined {
  if (image.length > LONGEST) return undefined;
  const match = REFERENCE.exec(image);
  if (match === null) return undefined;
  return match.groups?.['tag'] === undefined && match.groups?.['digest'] === undefined ? `${image}:latest` : image;
}
