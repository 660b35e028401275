import { unforeseenError } from '../../src/telemetry/unforeseen-error';

test('an unforeseen error is logged with its name and where it happened, and without its message', () => {
  const { error, at } = unforeseenError(new TypeError('no property of +14255550123\nwith the code 2168'));

  expect(error).toBe('TypeError');
  expect(at[0]).toContain('unforeseen-error.test');
  expect(at.join()).not.toMatch(/4255550123|2168/);
});

test('of something else that was thrown, only the type is logged', () => {
  expect(unforeseenError('+14255550123')).toEqual({ error: 'string', at: [] });
});
