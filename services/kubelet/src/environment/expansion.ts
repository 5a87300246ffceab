/**
 * Replaces `$(NAME)` by its value; `$$` stands for one `$`, so `$$(NAME)` is the text `$(NAME)`. A name that is not known
 * stays as it is written, and so does what is not closed.
 */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, kind: string, name: string | undefined) => {
    if (kind === '$') return '$';
    return lookup(name ?? '') ?? whole;
  });
}
