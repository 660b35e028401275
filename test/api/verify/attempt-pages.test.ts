import fc from 'fast-check';
import { createAttemptPages, isConverted, type Attempt } from '../../../src/api/verify/attempt-pages';
import type {
  FoundVerification,
  VerificationFilter,
  VerificationSearch,
} from '../../../src/gateway/verification-search';
import { testDigests } from '../../support/service';

const STARTED_AT = '2026-01-01T00:00:00.000Z';
const OPEN = Number.MAX_SAFE_INTEGER;

/** A verification in Temporal. Its place in the list changes when it closes. */
interface Listed {
  readonly number: number;
  closedAt: number;
  messages: number;
}

/** Temporal's list: open runs first, then closed ones, each newest first. Its cursor is the place of the last run. */
class FakeSearch implements Pick<VerificationSearch, 'page'> {
  #now = 1;

  constructor(readonly all: Listed[]) {}

  async page(_: VerificationFilter, { max, cursor }: { max: number; cursor: string | undefined }) {
    const [closedAt = Infinity, number = Infinity] = cursor?.split('_').map(Number) ?? [];
    const after = this.all
      .filter((run) => run.closedAt < closedAt || (run.closedAt === closedAt && run.number < number))
      .toSorted((one, other) => other.closedAt - one.closedAt || other.number - one.number);
    const page = after.slice(0, max);
    const last = page.at(-1);
    return {
      verifications: page.map(foundOf),
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

function foundOf({ number, closedAt, messages }: Listed): FoundVerification {
  return {
    id: String(number)
      .padStart(64, '0')
      .replace(/^(.{32})(.{24})(.{8})$/, '$1$3$2'),
    tenantId: 'shop',
    phoneNumber: '+14255550123',
    status: closedAt === OPEN ? 'sending' : 'verified',
    country: 'US',
    codeLength: 6,
    messagesAt: Array.from({ length: messages }, () => STARTED_AT),
    closedAt: closedAt === OPEN ? null : STARTED_AT,
    error: null,
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
  const unused = { count: jest.fn(), find: jest.fn() };
  const page = search.page.bind(search);
  const readPage = createAttemptPages({ ...unused, page }, testDigests);
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
  return seen.map(({ verification, index }) => `${verification.id} ${index}`);
}

const attemptsIn = (search: FakeSearch, verified?: boolean) =>
  search.all
    .map(foundOf)
    .flatMap((verification) => verification.messagesAt.map((_, index) => ({ verification, index })))
    .filter((attempt) => verified === undefined || isConverted(attempt) === verified)
    .map(({ verification, index }) => `${verification.id} ${index}`);

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

test('no attempt is lost while verifications start and end between two pages', async () => {
  const change = fc.tuple(fc.boolean(), fc.nat(20), fc.integer({ min: 1, max: 6 }));
  await fc.assert(
    fc.asyncProperty(runs, size, fc.array(change, { maxLength: 10 }), async (setup, pageSize, changes) => {
      const search = searchOf(setup);
      const before = attemptsIn(search);
      const seen = await readAll(search, {}, pageSize, () => {
        const [isStart, place = 0, messages = 1] = changes.pop() ?? [];
        if (isStart === true) search.start();
        if (isStart === false) search.close(search.all[place], messages);
      });
      expect(before.filter((attempt) => !seen.includes(attempt))).toEqual([]);
    }),
  );
});
