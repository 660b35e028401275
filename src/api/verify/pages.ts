import { invalidParameter } from './errors';

/** The query of a list. */
export type PageQuery = Readonly<Record<string, string | undefined>>;

export interface Page {
  readonly size: number;
  /** The number that the client sends. It is only repeated. */
  readonly number: number;
  /** Where this page begins. Undefined for the first page. */
  readonly token: string | undefined;
}

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1_000;

/** An empty parameter is a missing one. @throws VerifyApiError for a page that is not valid */
export function parsePage(query: PageQuery): Page {
  const size = wholeNumber(query, 'PageSize') ?? DEFAULT_PAGE_SIZE;
  if (size < 1) throw invalidParameter('PageSize');
  const { PageToken: token } = query;
  return {
    size: Math.min(size, MAX_PAGE_SIZE),
    number: wholeNumber(query, 'Page') ?? 0,
    token: token === '' ? undefined : token,
  };
}

/** Undefined for a parameter that is missing or empty. */
function wholeNumber(query: PageQuery, name: string): number | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  // JavaScript would also read spaces, exponents and other bases. 15 digits are exact.
  if (!/^\d{1,15}$/.test(value)) throw invalidParameter(name);
  return Number(value);
}

/**
 * A page of a list that can only be read forward: it begins at its token, and not at its number.
 * @throws VerifyApiError for a page that is not valid
 */
export function parseForwardPage(query: PageQuery): Page {
  const page = parsePage(query);
  if (page.number !== 0 && page.token === undefined) throw invalidParameter('Page');
  return page;
}

/** `url`: of the list, without a query. `query`: its filters. */
export interface ListOptions {
  readonly url: string;
  readonly key: string;
  readonly query?: PageQuery;
  readonly page: Page;
  /** Where the next page begins. Undefined on the last page. */
  readonly nextToken?: string | undefined;
  /** Whether pages can only be read one after the other, and not by their number. */
  readonly isForwardOnly?: boolean;
}

/** A page of a list. Its clients accept exactly one array, whose name is in `meta.key`. */
export function listPage(
  items: readonly unknown[],
  { url, key, query = {}, page, nextToken, isForwardOnly = false }: ListOptions,
) {
  const filters = Object.entries(query).filter(([name]) => !['PageSize', 'Page', 'PageToken'].includes(name));
  const urlOf = (number: number, token?: string) => {
    const search = new URLSearchParams(
      filters.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]])),
    );
    search.set('PageSize', String(page.size));
    search.set('Page', String(number));
    if (token !== undefined) search.set('PageToken', token);
    return `${url}?${search.toString()}`;
  };
  return {
    [key]: items,
    meta: {
      page: page.number,
      page_size: page.size,
      first_page_url: urlOf(0),
      previous_page_url: page.number === 0 || isForwardOnly ? null : urlOf(page.number - 1),
      url: urlOf(page.number, page.token),
      next_page_url: nextToken === undefined ? null : urlOf(page.number + 1, nextToken),
      key,
    },
  };
}

/** A page of a list that fits in memory. The token is the place of the page's first item. */
export function sliceOf<Item>(items: readonly Item[], page: Page) {
  const start = wholeNumber({ PageToken: page.token }, 'PageToken') ?? page.number * page.size;
  const end = start + page.size;
  return { items: items.slice(start, end), nextToken: end < items.length ? String(end) : undefined };
}
