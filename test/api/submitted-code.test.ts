import { parseSubmittedCode } from '../../src/api/submitted-code';

test.each(['2168', ' 21 68 ', '21-68', '2 1 6 8'])('%j is the code 2168', (text) => {
  expect(parseSubmittedCode(text)).toBe('2168');
});

test.each(['21688', '216800', '2168001234'])(
  '%j is accepted, since a verification can have longer codes',
  (text) => {
    expect(parseSubmittedCode(text)).toBe(text);
  },
);

test.each(['', '216', '21680012345', '21a8', '２１６８', '+2168', '21.68'])('%j is not a code', (text) => {
  expect(() => parseSubmittedCode(text)).toThrow('invalid_code');
});
