import fc from 'fast-check';
import {
  createWording,
  sentenceIn,
  variablesOf,
  type Template,
  type WordingOptions,
} from '../../src/messaging/wording';
import type { WordingChoice } from '../../src/domain/types';

const template: Template = {
  sid: 'HJ1',
  name: 'order',
  locales: [
    { locale: 'en', sentence: '{name}: {code} for order {order}.' },
    { locale: 'pt', sentence: '{name}: {code}, pedido {order}.' },
    { locale: 'pt-BR', sentence: '{name}: {code}, seu pedido {order}.' },
  ],
};
const other: Template = { sid: 'HJ2', name: 'plain', locales: [{ locale: 'de', sentence: 'Code {code}' }] };
const options = { sentence: 'Your {name} code is {code}.', name: 'Shop', templates: [template, other] };

const wordingOf =
  (wordingOptions: WordingOptions, validityMs = 600_000) =>
  (code: string, choice?: WordingChoice) =>
    createWording(wordingOptions)({ code, validityMs }, choice);
const wording = wordingOf(options);

test('without a choice, a message has the sentence and the name of the tenant', () => {
  expect(wording('0042')).toBe('Your Shop code is 0042.');
  expect(wordingOf({ sentence: 'Code {code}' })('0042')).toBe('Code 0042');
});

test('the name of the request replaces that of the tenant', () => {
  expect(wording('0042', { name: 'Blumen' })).toBe('Your Blumen code is 0042.');
});

describe('the locale', () => {
  test.each([
    ['pt-BR', 'seu pedido'],
    ['pt_br', 'seu pedido'],
    ['PT-br', 'seu pedido'],
    ['pt-PT', 'code, pedido'],
    ['pt', 'code, pedido'],
    ['fr', 'for order'],
    ['', 'for order'],
    ['x'.repeat(1_000), 'for order'],
  ])('%s finds the sentence with %j', (locale, part) => {
    expect(sentenceIn(template, locale).replace('{code}', 'code')).toContain(part);
  });

  test.each([
    ['en', 'American'],
    ['en-GB', 'American'],
    ['EN_us', 'American'],
    ['de-AT', 'German'],
    ['fr', 'German'],
  ])('%s finds the %s sentence, also if that is the language of another country', (locale, sentence) => {
    const locales = [
      { locale: 'de', sentence: 'German' },
      { locale: 'en-US', sentence: 'American' },
    ];
    expect(sentenceIn({ ...template, locales }, locale)).toBe(sentence);
  });

  test('undefined finds the first sentence', () => {
    expect(sentenceIn(template)).toContain('for order');
  });

  test('has no effect without a template', () => {
    expect(wording('0042', { locale: 'pt' })).toBe('Your Shop code is 0042.');
  });
});

describe('a template', () => {
  test('is filled with the substitutions of the request', () => {
    const choice = { templateSid: 'HJ1', locale: 'pt', substitutions: { order: '7', unused: 'x' } };
    expect(wording('0042', choice)).toBe('Shop: 0042, pedido 7.');
  });

  test('that the worker does not know is replaced by the sentence of the tenant', () => {
    expect(wording('0042', { templateSid: 'HJ9' })).toBe('Your Shop code is 0042.');
  });

  test('can be the default', () => {
    const withDefault = wordingOf({ ...options, defaultTemplateSid: 'HJ2' });
    expect(withDefault('0042')).toBe('Code 0042');
    expect(withDefault('0042', { templateSid: 'HJ1', substitutions: { order: '7' } })).toContain(
      'for order 7',
    );
  });

  test('has the variables that are not code, name or ttl, each once', () => {
    expect(variablesOf('{name} {code} {ttl} {order} {order} {AppName} {} { x } {a-b}')).toEqual([
      'order',
      'AppName',
    ]);
  });
});

describe('substitutions', () => {
  test('happen in one pass: a value that looks like a variable stays as it is', () => {
    const substitutions = { order: '{code} {name} {order}' };
    expect(wording('0042', { templateSid: 'HJ1', substitutions })).toBe(
      'Shop: 0042 for order {code} {name} {order}.',
    );
  });

  test('do not replace the code or the name', () => {
    const substitutions = { code: '9999', name: 'Bank', order: '7' };
    expect(wording('0042', { templateSid: 'HJ1', substitutions })).toBe('Shop: 0042 for order 7.');
  });

  test('leave a variable without a value', () => {
    expect(wording('0042', { templateSid: 'HJ1' })).toBe('Shop: 0042 for order {order}.');
  });

  test('are taken as they are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(text, text, (order, name) => {
        expect(wording('0042', { templateSid: 'HJ1', name, substitutions: { order } })).toBe(
          `${name}: 0042 for order ${order}.`,
        );
      }),
    );
  });
});

describe('the variable ttl', () => {
  test.each([
    [600_000, '10'],
    [599_999, '9'],
    [90_000, '1'],
    [5_000, '1'],
  ])('is the minutes in which the code is valid: with %i ms, %s', (validityMs, minutes) => {
    const sentence = '{code}, {ttl} min';
    expect(wordingOf({ sentence }, validityMs)('0042')).toBe(`0042, ${minutes} min`);
    expect(wordingOf({ sentence }, validityMs)('0042', { substitutions: { ttl: '99' } })).toContain(minutes);
  });
});

describe('the end of a message', () => {
  test('warns not to share the code if the tenant asks for it', () => {
    const warning = wordingOf({ ...options, doNotShareWarning: true });
    expect(warning('0042')).toBe("Your Shop code is 0042. Don't share this code with anyone.");
    expect(warning('0042', { appHash: 'AbCdEfGhIjK' })).toBe(
      "<#> Your Shop code is 0042. Don't share this code with anyone.\nAbCdEfGhIjK",
    );
  });

  test.each([
    ['Your code is: {code}', 'Your code is: 0042.'],
    ['{code} ist Ihr Code für {name}', '0042 ist Ihr Code für Shop.'],
    ['(Your code is {code}.)', '(Your code is 0042.)'],
    ['验证码：{code}。', '验证码：0042。'],
    ['Your code: {code}!', 'Your code: 0042!'],
  ])('has a full stop before the warning: %s', (sentence, text) => {
    const warning = wordingOf({ ...options, sentence, doNotShareWarning: true });
    expect(warning('0042')).toBe(`${text} Don't share this code with anyone.`);
  });

  test('is the hash of an Android app, with a mark at the start', () => {
    expect(wording('0042', { appHash: 'AbCdEfGhIjK' })).toBe('<#> Your Shop code is 0042.\nAbCdEfGhIjK');
  });

  test('is the website, unless the request names an app', () => {
    const bound = wordingOf({ ...options, webOtpDomain: 'example.com' });
    expect(bound('0042')).toBe('Your Shop code is 0042.\n\n@example.com #0042');
    expect(bound('0042', { appHash: 'AbCdEfGhIjK' })).not.toContain('@example.com');
  });
});

describe('whatever a start chooses', () => {
  const locales = fc.constantFrom('en', 'EN-us', 'pt', 'pt_BR', 'pt-br-x', 'de-AT', 'fr', '', '-', 'e');
  const choices = fc.record(
    {
      templateSid: fc.constantFrom('HJ1', 'HJ2', 'HJ9'),
      locale: locales,
      name: fc.string({ unit: 'binary', maxLength: 9 }),
      appHash: fc.stringMatching(/^[A-Za-z0-9+/]{11}$/),
      substitutions: fc.dictionary(
        fc.constantFrom('order', 'code', 'name', 'ttl', '__proto__', 'constructor'),
        fc.constantFrom('7', '{code}', '$&', '9999'),
      ),
    },
    { requiredKeys: [] },
  );
  const settings = fc.record(
    {
      defaultTemplateSid: fc.constantFrom('HJ1', 'HJ2'),
      webOtpDomain: fc.constant('example.com'),
      doNotShareWarning: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const codes = fc.stringMatching(/^[0-9]{4,10}$/);

  test('the message contains the code, and its last line is for browsers or the app', () => {
    fc.assert(
      fc.property(settings, choices, codes, (more, choice, code) => {
        const body = wordingOf({ ...options, ...more })(code, choice);
        const domain = more.webOtpDomain && `@${more.webOtpDomain} #${code}`;
        const lastLine = choice.appHash ?? domain;
        const text = lastLine === undefined ? body : body.slice(0, -lastLine.length);
        expect(text).toContain(code);
        expect(body.endsWith(lastLine === undefined ? '' : `\n${lastLine}`)).toBe(true);
        expect(body.startsWith('<#> ')).toBe(choice.appHash !== undefined);
        expect(text.includes("Don't share this code with anyone.")).toBe(more.doNotShareWarning === true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('the sentence is one of the template: that of the locale, or of the same language if there is one', () => {
    const languageOf = (locale: string) => locale.toLowerCase().split(/[-_]/)[0];
    const entries = fc.uniqueArray(locales, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(entries, locales, (known, wanted) => {
        const found = sentenceIn(
          { sid: 'HJ1', name: 'any', locales: known.map((locale) => ({ locale, sentence: locale })) },
          wanted,
        );
        expect(known).toContain(found);
        expect(found === wanted).toBe(known.includes(wanted));
        const isSpoken = known.some((locale) => languageOf(locale) === languageOf(wanted));
        expect(languageOf(found)).toBe(languageOf(isSpoken ? wanted : (known[0] ?? '')));
      }),
    );
  });
});
