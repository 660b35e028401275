import { connect } from 'node:net';
import { statuses, type RecordingCaller } from './recording-caller';

/** Sends numbers, codes and keys in wrong places of requests. */
export async function badInput(caller: RecordingCaller): Promise<void> {
  const { phoneNumber, path, code } = await caller.startPending();
  const number = encodeURIComponent(phoneNumber);
  const key = caller.newIdempotencyKey();
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const signed = { ...form, 'x-twilio-signature': 'forged' };
  const wrongKey = `${caller.options.apiKeys[0]}x`;
  expect(
    await statuses(
      caller.call('POST', '/verifications', { phoneNumber: phoneNumber.slice(2) }),
      caller.call('POST', '/verifications', { phoneNumber: `${phoneNumber}00000000` }),
      caller.call('POST', '/verifications', { phoneNumber: `${phoneNumber} ext. 5` }),
      caller.call('POST', '/verifications', { phoneNumber: Number(phoneNumber) }),
      caller.call('POST', '/verifications', { phoneNumber, [phoneNumber]: code }),
      caller.call('POST', '/verifications', `{"phoneNumber":"${phoneNumber}`),
      caller.call('POST', '/verifications', `phoneNumber=${number}`, form),
      caller.call('POST', '/verifications', { phoneNumber: phoneNumber.padEnd(5_000, '0') }),
      caller.call('POST', `/verifications?phoneNumber=${number}`),
      caller.call('POST', '/verifications', { phoneNumber }, { authorization: `Bearer ${wrongKey}` }),
      caller.call('POST', '/verifications', { phoneNumber }, { 'idempotency-key': key.repeat(10) }),
      caller.call('GET', `/verifications/${number}`),
      caller.call('GET', `/${number}/${code}?key=${caller.options.apiKeys[0]}`),
      caller.call('GET', `${path}%zz`),
      caller.call('GET', path, undefined, { prefer: `wait=${phoneNumber}` }),
      caller.call('POST', `${path}/check`, { code: `${code}1` }),
      caller.call('POST', `${path}/check`, { code: Number(code) }),
      caller.call('POST', `${path}/check?code=${code}`, {}),
      caller.call('POST', `${path}/${code}`, { code }),
      caller.call('POST', '/webhooks/twilio/status', `To=${number}&Body=${code}`, form),
      caller.call('POST', `/webhooks/twilio/status?To=${number}`, `To=${number}`, signed),
    ),
  ).toEqual([
    400, 400, 400, 400, 400, 400, 400, 413, 400, 401, 400, 404, 404, 400, 200, 400, 400, 400, 404, 403, 403,
  ]);
  await sendRawBytes(
    caller.options.host,
    `GET /verifications/${phoneNumber} HTTP/9.9\r\nx-code: ${code}\r\n\r\n`,
  );
}

async function sendRawBytes(host: string, bytes: string): Promise<void> {
  const { hostname, port } = new URL(`http://${host}`);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.end(bytes);
  for await (const chunk of socket) chunks.push(Buffer.from(chunk));
  expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 [45]/);
}
