/** Why a request of the page is refused, in words that the page shows. */
export class PageError extends Error {
  constructor(
    readonly status: 400 | 403 | 404,
    sentence: string,
  ) {
    super(sentence);
  }
}
