import { connect } from 'node:net';
import { statuses, type WatchfulCaller } from './watchful-caller';

/** Numbers, codes and keys wherever they don't belong. */
export async function badInput(day: WatchfulCaller): Promise<void> {
  const { phoneNumber, path, code } = await day.begin();
  const number = encodeURIComponent(phoneNumber);
  const key = day.key();
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const signed = { ...form, 'x-twilio-signature': 'forged' };
  const wrongKey = `${day.place.apiKeys[0]}x`;
  expect(
    await statuses(
      day.call('POST', '/verifications', { phoneNumber: phoneNumber.slice(2) }),
      day.call('POST', '/verifications', { phoneNumber: `${phoneNumber}00000000` }),
      day.call('POST', '/verifications', { phoneNumber: `${phoneNumber} ext. 5` }),
      day.call('POST', '/verifications', { phoneNumber: Number(phoneNumber) }),
      day.call('POST', '/verifications', { phoneNumber, [phoneNumber]: code }),
      day.call('POST', '/verifications', `{"phoneNumber":"${phoneNumber}`),
      day.call('POST', '/verifications', `phoneNumber=${number}`, form),
      day.call('POST', '/verifications', { phoneNumber: phoneNumber.padEnd(5_000, '0') }),
      day.call('POST', `/verifications?phoneNumber=${number}`),
      day.call('POST', '/verifications', { phoneNumber }, { authorization: `Bearer ${wrongKey}` }),
      day.call('POST', '/verifications', { phoneNumber }, { 'idempotency-key': key.repeat(10) }),
      day.call('GET', `/verifications/${number}`),
      day.call('GET', `/${number}/${code}?key=${day.place.apiKeys[0]}`),
      day.call('GET', `${path}%zz`),
      day.call('GET', path, undefined, { prefer: `wait=${phoneNumber}` }),
      day.call('POST', `${path}/check`, { code: `${code}1` }),
      day.call('POST', `${path}/check`, { code: Number(code) }),
      day.call('POST', `${path}/check?code=${code}`, {}),
      day.call('POST', `${path}/${code}`, { code }),
      day.call('POST', '/webhooks/twilio/status', `To=${number}&Body=${code}`, form),
      day.call('POST', `/webhooks/twilio/status?To=${number}`, `To=${number}`, signed),
    ),
  ).toEqual([
    400, 400, 400, 400, 400, 400, 400, 413, 400, 401, 400, 404, 404, 400, 200, 400, 400, 400, 404, 403, 403,
  ]);
  await notHttp(day.place.host, `GET /verifications/${phoneNumber} HTTP/9.9\r\nx-code: ${code}\r\n\r\n`);
}

async function notHttp(host: string, bytes: string): Promise<void> {
  const { hostname, port } = new URL(`http://${host}`);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.end(bytes);
  for await (const chunk of socket) chunks.push(Buffer.from(chunk));
  expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 [45]/);
}
