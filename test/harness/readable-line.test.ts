import { stripVTControlCharacters } from 'node:util';
import { readableLine } from '../../harness/processes/readable-line';

test('a log line becomes one line that a person can read', () => {
  const line =
    '{"level":30,"time":1795419824664,"pid":7,"hostname":"h","method":"POST","status":202,"msg":"request completed"}';

  expect(stripVTControlCharacters(readableLine(line))).toMatch(
    /^\[\d\d:\d\d:\d\d\] INFO: request completed \{"method":"POST","status":202\}$/,
  );
});

test.each(['Temporal Server:      localhost:7233', '{ not a log line', ''])('%j is not changed', (line) => {
  expect(readableLine(line)).toBe(line);
});
