/** Why a request of the page or the inbox is refused, in words for a person. */
export class PageError extends Error {
  constructor(
    readonly status: 400 | 403 | 404,
    sentence: string,
  ) {
    super(sentence);
  }
}
