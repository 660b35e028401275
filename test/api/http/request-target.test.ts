import { pathAndQueryOf } from '../../../src/api/http/request-target';

test.each([
  ['/verifications?a=http://b/c', '/verifications?a=http://b/c'],
  ['http://localhost:3000/v2/Services?PageSize=1', '/v2/Services?PageSize=1'],
  ['HTTP://localhost/v2', '/v2'],
  ['https://user@verify.example.com//v2/', '//v2/'],
  ['http://localhost', '/'],
  ['http://localhost?a=/b', '/?a=/b'],
])('of %s it is %s', (target, expected) => {
  expect(pathAndQueryOf(target)).toBe(expected);
});

test.each(['*', '', 'ftp://localhost/v2', 'http:///v2', 'http://local host/v2', 'http://localhost/v2#x'])(
  '%j is returned unchanged',
  (target) => {
    expect(pathAndQueryOf(target)).toBe(target);
  },
);

test('the time does not grow with the square of the length: anyone can send a target', () => {
  const target = `http://${'a'.repeat(200_000)}/#`;
  const startedAt = performance.now();
  expect(pathAndQueryOf(target)).toBe(target);
  // It was 12 s. The rest of this limit is for a slow machine.
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
