import fc from 'fast-check';
import { createAttemptPages, type Attempt } from '../../../src/api/verify/attempt-pages';
import type {
  FoundVerification,
  VerificationFilter,
  VerificationSearch,
} from '../../../src/gateway/search/verification-search';
import { testDigests } from '../../support/service';

const timeOf = (number: number) => new Date(number).toISOString();
const OPEN = Number.MAX_SAFE_INTEGER;

/** A verification in Temporal. Its place in the list changes when it closes. */
interface Listed {
  readonly number: number;
  closedAt: number;
  messages: number;
}

/** Temporal's list: open runs first, then closed ones, each newest first. Its cursor is the place of the last run. */
class FakeSearch implements Pick<VerificationSearch, 'page'> {
  readonly searches: number[] = [];
  /** The ids of the verifications whose details were read. */
  readonly read: string[] = [];
  #now = 1;

  constructor(readonly all: Listed[]) {}

  async page(_: VerificationFilter, { max, cursor }: { max: number; cursor: string | undefined }) {
    this.searches.push(max);
    const [closedAt = Infinity, number = Infinity] = cursor?.split('_').map(Number) ?? [];
    const after = this.all
      .filter((run) => run.closedAt < closedAt || (run.closedAt === closedAt && run.number < number))
      .toSorted((one, other) => other.closedAt - one.closedAt || other.number - one.number);
    const page = after.slice(0, max);
    const last = page.at(-1);
    return {
      verifications: page.map((run) => foundOf(run, this.read)),
      nextCursor: last && page.length === max ? `${last.closedAt}_${last.number}` : undefined,
    };
  }

  start(): void {
    this.all.push({ number: this.all.length, closedAt: OPEN, messages: 1 });
  }

  close(run: Listed | undefined, messages: number): void {
    if (run?.closedAt === OPEN) Object.assign(run, { closedAt: this.#now++, messages });
  }
}

function foundOf({ number, closedAt, messages }: Listed, read: string[] = []): FoundVerification {
  const id = String(number)
    .padStart(64, '0')
    .replace(/^(.{32})(.{24})(.{8})$/, '$1$3$2');
  const all = Array.from({ length: messages }, (_, index) => ({ index, requestedAt: timeOf(index) }));
  return {
    id,
    tenantId: 'shop',
    phoneNumber: '+14255550123',
    status: closedAt === OPEN ? 'sending' : 'verified',
    country: 'US',
    codeLength: 6,
    // Some start at the same time.
    startedAt: timeOf(Math.floor(number / 2)),
    closedAt: closedAt === OPEN ? null : timeOf(closedAt),
    messageCount: messages,
    async details() {
      read.push(id);
      return { requested: all, counted: all, error: null };
    },
  };
}

const runs = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 6 })), { maxLength: 12 });
const size = fc.integer({ min: 1, max: 8 });

function searchOf(setup: readonly (readonly [boolean, number])[]): FakeSearch {
  const search = new FakeSearch([]);
  for (const [isOpen, messages] of setup) {
    search.start();
    if (!isOpen) search.close(search.all.at(-1), messages);
  }
  return search;
}

async function readAll(
  search: FakeSearch,
  filter: Pick<VerificationFilter, 'verified'>,
  pageSize: number,
  betweenPages: () => void = () => {},
): Promise<string[]> {
  const readPage = createAttemptPages(search, testDigests);
  const seen: Attempt[] = [];
  let token: string | undefined;
  do {
    const { attempts, nextToken } = await readPage(
      { tenantIds: ['shop'], ...filter },
      { size: pageSize, token },
    );
    expect(attempts.length).toBeLessThanOrEqual(pageSize);
    expect(attempts.length > 0 || nextToken === undefined).toBe(true);
    seen.push(...attempts);
    token = nextToken;
    if (token !== undefined) betweenPages();
  } while (token !== undefined);
  return seen.map(nameOf);
}

const nameOf = ({ verification: { id }, message: { index }, isConverted }: Attempt) =>
  `${id} ${index}${isConverted ? ' converted' : ''}`;

const attemptsIn = (search: FakeSearch, verified?: boolean) =>
  search.all.flatMap(({ number, closedAt, messages }) =>
    Array.from({ length: messages }, (_, index) => {
      const verification = foundOf({ number, closedAt, messages });
      const isConverted = closedAt !== OPEN && index === messages - 1;
      const message = { index, requestedAt: timeOf(index) };
      return { verification, message, isConverted, error: null };
    })
      .filter(({ isConverted }) => verified === undefined || isConverted === verified)
      .map(nameOf),
  );

test('pages of any size have every attempt once, with every filter', async () => {
  await fc.assert(
    fc.asyncProperty(
      runs,
      size,
      fc.constantFrom(undefined, true, false),
      async (setup, pageSize, verified) => {
        const search = searchOf(setup);
        const seen = await readAll(search, { verified }, pageSize);
        expect(seen.toSorted()).toEqual(attemptsIn(search, verified).toSorted());
      },
    ),
  );
});

test('each page is one search, and only listed verifications are read', async () => {
  await fc.assert(
    fc.asyncProperty(runs, size, async (setup, pageSize) => {
      const search = searchOf(setup);
      const readPage = createAttemptPages(search, testDigests);
      let token: string | undefined;
      do {
        search.searches.length = 0;
        search.read.length = 0;
        const { attempts, nextToken } = await readPage({ tenantIds: ['shop'] }, { size: pageSize, token });
        const listed = new Set(attempts.map(({ verification }) => verification.id));
        expect(search.searches).toEqual([pageSize]);
        expect(search.read).toEqual([...listed]);
        // The page is full, unless the search's page is over.
        expect(attempts.length === pageSize || nextToken?.split('.').length !== 6).toBe(true);
        token = nextToken;
      } while (token !== undefined);
    }),
  );
});

test('a page of 1,000 attempts searches for 100 verifications', async () => {
  const search = searchOf(Array.from({ length: 250 }, (): [boolean, number] => [false, 3]));
  const readPage = createAttemptPages(search, testDigests);
  const { attempts, nextToken } = await readPage({ tenantIds: ['shop'] }, { size: 1_000, token: undefined });
  expect(search.searches).toEqual([100]);
  expect(attempts).toHaveLength(300);
  expect(nextToken).toBeDefined();
});

/** It changes when a verification ends. */
const withoutConversion = (name: string) => name.replace(' converted', '');

test('no attempt is lost while verifications start and end between two pages', async () => {
  const change = fc.tuple(fc.boolean(), fc.nat(20), fc.integer({ min: 1, max: 6 }));
  await fc.assert(
    fc.asyncProperty(runs, size, fc.array(change, { maxLength: 10 }), async (setup, pageSize, changes) => {
      const search = searchOf(setup);
      const before = attemptsIn(search).map(withoutConversion);
      const seen = await readAll(search, {}, pageSize, () => {
        const [isStart, place = 0, messages = 1] = changes.pop() ?? [];
        if (isStart === true) search.start();
        if (isStart === false) search.close(search.all[place], messages);
      });
      const found = new Set(seen.map(withoutConversion));
      expect(before.filter((attempt) => !found.has(attempt))).toEqual([]);
    }),
  );
});
