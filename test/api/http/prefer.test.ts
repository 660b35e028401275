import { parsePreferWait } from '../../../src/api/http/prefer';

test.each([
  ['wait=20', 20],
  ['respond-async, wait=10', 10],
  ['wait = "5"; foo=bar', 5],
  ['Wait=61', 60],
  ['wait=0', 0],
])('Prefer: %s waits %i s', (header, seconds) => expect(parsePreferWait(header)).toBe(seconds));

test.each([undefined, '', 'respond-async', 'wait=soon', 'wait=-1', 'await=3'])(
  '%j has no wait preference',
  (header) => expect(parsePreferWait(header)).toBeUndefined(),
);
