import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { DeliveryReports, MessageSender, ReportRequest } from '../../src/messaging/sender';
import { eventually } from '../support/eventually';

/** A message provider (usually a fake one, reached over HTTP), and the implementation of the port under test. */
export interface ProviderUnderTest {
  readonly sender: MessageSender;
  readonly withWrongCredentials: MessageSender;
  readonly unreachable: MessageSender;
  /** `publicUrl`: the URL to which the provider reports deliveries. */
  reports(publicUrl: string): DeliveryReports;
  readonly refused: { readonly number: string; readonly code: string };
  /** A number to which the carrier never delivers messages. */
  readonly lost: { readonly number: string; readonly code: string };
  /** The provider creates the next message to this number, but its answer is lost. */
  loseNextAnswer(number: string): void;
  /** The bodies of the messages that arrived, newest first. */
  received(number: string): string[];
  stop(): Promise<void>;
}

const { signal } = new AbortController();
const CODE = '2168';
const BODY = `Your code is ${CODE}.`;

/** The tests that every implementation of the port must pass. */
export function testMessageSender(name: string, startProvider: () => Promise<ProviderUnderTest>): void {
  describe(name, () => {
    let provider: ProviderUnderTest;
    let number: string;
    let count = 0;

    beforeAll(async () => {
      provider = await startProvider();
    });
    afterAll(() => provider.stop());
    beforeEach(() => {
      count += 1;
      number = `+1425555${String(count).padStart(4, '0')}`;
    });

    const messageTo = (to: string, reportUrl?: string) => ({
      to,
      sender: { from: '+15005550006' },
      body: BODY,
      validityMs: 90_000,
      reportUrl,
    });
    const searchFor = (to: string, knownSids: string[] = []) => ({
      to,
      code: CODE,
      createdSince: Date.now() - 60_000,
      knownSids,
    });

    test('an accepted message arrives and can be found by its number and code', async () => {
      const sent = await provider.sender.send(messageTo(number), signal);
      expect(sent).toEqual({ result: 'accepted', sid: expect.any(String) as string });
      expect(provider.received(number)).toEqual([BODY]);
      const sid = sent.result === 'accepted' ? sent.sid : '';
      expect(await provider.sender.find(searchFor(number), signal)).toEqual({ result: 'found', sid });
      expect(await provider.sender.find(searchFor(number, [sid]), signal)).toEqual({ result: 'absent' });
      const otherCode = { ...searchFor(number), code: '0000' };
      expect(await provider.sender.find(otherCode, signal)).toEqual({ result: 'absent' });
    });

    test('a refusal has the provider’s error code and a sentence that does not contain the number', async () => {
      const { number: refused, code } = provider.refused;
      const sent = await provider.sender.send(messageTo(refused), signal);
      expect(sent).toMatchObject({ result: 'refused', error: { code } });
      expect(JSON.stringify(sent)).not.toContain(refused.slice(1));
    });

    test('the result is unknown if the answer was lost, and the message can be found', async () => {
      provider.loseNextAnswer(number);
      const sent = await provider.sender.send(messageTo(number), signal);
      expect(sent).toEqual({ result: 'unknown', reason: expect.any(String) as string });
      expect(await provider.sender.find(searchFor(number), signal)).toMatchObject({ result: 'found' });
    });

    test('without a connection no message is created, and a search has no result', async () => {
      const { unreachable } = provider;
      expect(await unreachable.send(messageTo(number), signal)).toMatchObject({ result: 'not_created' });
      expect(await unreachable.find(searchFor(number), signal)).toMatchObject({ result: 'unknown' });
      expect(await unreachable.checkAccess(signal)).toMatchObject({ result: 'unknown' });
    });

    test('the credentials are checked without sending a message', async () => {
      expect(await provider.sender.checkAccess(signal)).toEqual({ result: 'granted' });
      expect(await provider.withWrongCredentials.checkAccess(signal)).toMatchObject({ result: 'refused' });
      expect(await provider.withWrongCredentials.send(messageTo(number), signal)).toMatchObject({
        result: 'refused',
      });
      expect(provider.received(number)).toEqual([]);
    });

    test('a call throws when its signal aborts', async () => {
      const aborted = AbortSignal.abort(new Error('stopped'));
      await expect(provider.sender.send(messageTo(number), aborted)).rejects.toThrow('stopped');
      await expect(provider.sender.find(searchFor(number), aborted)).rejects.toThrow('stopped');
      expect(provider.received(number)).toEqual([]);
    });

    test('the longest time of a call is a positive number', () => {
      expect(provider.sender.maxCallMs).toBeGreaterThan(0);
    });

    test('a lost message is reported to our URL with a signature and the carrier’s error code', async () => {
      const received: ReportRequest[] = [];
      const { server, url } = await listen(async (request, body) => {
        const signature = request.headers[reports.signatureHeader];
        received.push({
          url: request.url ?? '',
          signature: typeof signature === 'string' ? signature : '',
          fields: Object.fromEntries(new URLSearchParams(body)),
        });
      });
      const reports = provider.reports(url);
      const sent = await provider.sender.send(
        messageTo(provider.lost.number, reports.urlFor('an-id', { sentAt: 0, messageIndex: 0 })),
        signal,
      );
      const failed = await eventually(() =>
        received.find(({ fields }) => reports.parseReport(fields)?.failure),
      ).finally(() => server.close());

      expect(reports.enabled).toBe(true);
      expect(new URL(failed.url, url).pathname).toBe(reports.path);
      expect(new URL(failed.url, url).searchParams.get('verification')).toBe('an-id');
      expect(reports.isSigned(failed)).toBe(true);
      expect(reports.parseReport(failed.fields)).toMatchObject({
        sid: sent.result === 'accepted' ? sent.sid : '',
        failure: { code: provider.lost.code },
      });
      const forged = { ...failed, fields: { ...failed.fields, MessageSid: 'another' } };
      expect(reports.isSigned(forged)).toBe(false);
      expect(reports.isSigned({ ...failed, url: `${failed.url}x` })).toBe(false);
    });
  });
}

async function listen(
  handle: (request: IncomingMessage, body: string) => Promise<void>,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    void text(request)
      .then((body) => handle(request, body))
      .then(() => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
