import { workflowIdFor } from '../../../src/gateway/ids';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { LogLines } from '../../support/log-lines';
import {
  eventually,
  readableHistory,
  testDigests,
  uniquePhoneNumber,
  type Service,
} from '../../support/service';
import { send, SERVICE_SID, startVerifyService } from '../../support/verify-service';

/** Nine and ten digits are not part of other numbers by chance. */
const CODES = ['918273645', '9182736450'] as const;
const OTHER_CODE = '7364509182';
const WRONG_CODE = '8273645091';

const log = new LogLines();
let server: DevServer;
let service: Service;
let baseUrl: string;

beforeAll(async () => {
  server = await connectDevServer();
  ({ service, baseUrl } = await startVerifyService(server, { log }));
});
afterAll(async () => {
  await service.stop();
  await server.close();
});

const post = (path: string, body: Record<string, string>) =>
  send(baseUrl, `/v2/Services/${SERVICE_SID}/${path}`, { body });

test.each(CODES)(
  'without encryption, nothing that is stored or logged contains the code %s',
  async (CustomCode) => {
    const To = uniquePhoneNumber();
    const create = (code: string) => post('Verifications', { To, Channel: 'sms', CustomCode: code });
    const check = (Code: string) => post('VerificationCheck', { To, Code });

    expect(await create(CustomCode)).toMatchObject({ status: 201 });
    const message = 'Invalid parameter: CustomCode. The open verification of the number has another code.';
    expect(await create(OTHER_CODE)).toMatchObject({ status: 400, body: { code: 60200, message } });
    await eventually(async () => (await create(CustomCode)).status === 201);
    await eventually(() => service.sandbox.inbox(To).length === 2);
    for (const { body } of service.sandbox.inbox(To)) expect(body).toContain(CustomCode);
    expect(await check(WRONG_CODE)).toMatchObject({ body: { status: 'pending' } });
    expect(await check(CustomCode)).toMatchObject({ body: { status: 'approved' } });

    const workflowId = workflowIdFor(testDigests.phoneNumber('shop', To));
    const handle = server.client.workflow.getHandle(workflowId);
    const stored = {
      history: await readableHistory(server.client, workflowId),
      description: JSON.stringify(await handle.describe(), (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
      result: JSON.stringify(await handle.result()),
      log: JSON.stringify(log.lines),
    };
    // The search works: without encryption, the number is there.
    expect(stored.history).toContain(To);
    expect(stored.description).toContain(To);
    expect(stored.log).toContain('request');
    for (const [place, text] of Object.entries(stored))
      for (const code of [CustomCode, OTHER_CODE, WRONG_CODE])
        expect({ place, has: text.includes(code) }).toEqual({ place, has: false });
  },
);
