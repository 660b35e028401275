import { parseSubmittedCode } from '../../src/api/submitted-code';

test.each(['2168', ' 21 68 ', '21-68', '2 1 6 8'])('%j is the code 2168', (text) => {
  expect(parseSubmittedCode(text, 4)).toBe('2168');
});

test.each(['', '216', '21688', '21a8', '２１６８', '+2168', '21.68'])('%j is no code of 4 digits', (text) => {
  expect(() => parseSubmittedCode(text, 4)).toThrow('A code has 4 digits. No attempt was spent.');
});
