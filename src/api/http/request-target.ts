/** Takes linear time: no character can belong to both parts, so there is only one way to divide the text. */
const ABSOLUTE_FORM = /^https?:\/\/[^/?#]+(?<pathAndQuery>(?:[/?][^#]*)?)$/i;

/**
 * The path and query of a request target. A target may also be a whole URL, called absolute form (RFC 9112, 3.2.2).
 * Returns other targets unchanged, such as `*` and invalid URLs: the router refuses those that it can't read.
 */
export function pathAndQueryOf(target: string): string {
  const pathAndQuery = ABSOLUTE_FORM.exec(target)?.groups?.['pathAndQuery'];
  if (pathAndQuery === undefined || !URL.canParse(target)) return target;
  return pathAndQuery.startsWith('/') ? pathAndQuery : `/${pathAndQuery}`;
}
