import type { WordingChoice } from '../domain/types';

/** What a message is about. */
export interface WordedCode {
  readonly code: string;
  /** How long the code is still valid. */
  readonly validityMs: number;
}

/** Returns the body of the message for a code. */
export type Wording = (message: WordedCode, choice?: WordingChoice) => string;

/** A template with a sentence for each of its locales. The first one is used when no other fits. */
export interface Template {
  readonly sid: string;
  readonly name: string;
  readonly locales: readonly { readonly locale: string; readonly sentence: string }[];
}

export interface WordingOptions {
  /** The text of a message without a template. It contains `{code}`. */
  readonly sentence: string;
  /** What `{name}` stands for. Undefined if the text is not about a product. */
  readonly name?: string | undefined;
  readonly templates?: readonly Template[];
  /** The template of a start that chose none. */
  readonly defaultTemplateSid?: string | undefined;
  /**
   * The website of the code. The last line binds the code to it: browsers offer to fill it in only there (WICG,
   * "Origin-bound one-time codes delivered via SMS").
   */
  readonly webOtpDomain?: string | undefined;
  /** Whether messages warn not to share the code. */
  readonly doNotShareWarning?: boolean;
}

const DO_NOT_SHARE = "Don't share this code with anyone.";
/** The end of a sentence, in quotes or brackets, too. */
const SENTENCE_END = /[.!?…。！？।]["'”’»)]*$/;
const VARIABLE = /\{([A-Za-z0-9_]+)\}/g;
/** These variables have a value in every message of a product. */
const COMMON_VARIABLES: readonly string[] = ['code', 'name', 'ttl'];
const MINUTE_MS = 60_000;

/** The variables that a start fills in: those that do not have a value in every message. */
export function variablesOf(sentence: string): string[] {
  const names = [...sentence.matchAll(VARIABLE)].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => !COMMON_VARIABLES.includes(name));
}

/**
 * The sentence in the locale, else in its language, else in the language of another country, else the template's first
 * one.
 */
export function sentenceIn({ locales }: Template, locale = ''): string {
  const wanted = normalized(locale);
  const language = languageOf(wanted);
  const found =
    locales.find((entry) => normalized(entry.locale) === wanted) ??
    locales.find((entry) => normalized(entry.locale) === language) ??
    locales.find((entry) => languageOf(normalized(entry.locale)) === language) ??
    locales[0];
  return found?.sentence ?? '';
}

export function createWording(options: WordingOptions): Wording {
  const { sentence, templates = [], defaultTemplateSid, webOtpDomain, doNotShareWarning = false } = options;

  return ({ code, validityMs }, choice = {}) => {
    const { templateSid = defaultTemplateSid, locale, name = options.name, appHash } = choice;
    const template = templates.find(({ sid }) => sid === templateSid);
    // One pass: a value that looks like a variable stays as it is.
    const values = new Map(Object.entries(choice.substitutions ?? {}));
    if (name !== undefined) values.set('name', name);
    values.set('code', code);
    values.set('ttl', String(minutesOf(validityMs)));
    const text = (template ? sentenceIn(template, locale) : sentence).replaceAll(
      VARIABLE,
      (variable, key: string) => values.get(key) ?? variable,
    );
    const message = doNotShareWarning ? `${asSentence(text)} ${DO_NOT_SHARE}` : text;
    // Android's SMS Retriever reads the hash at the end of the message.
    if (appHash !== undefined) return `<#> ${message}\n${appHash}`;
    return webOtpDomain === undefined ? message : `${message}\n\n@${webOtpDomain} #${code}`;
  };
}

function asSentence(text: string): string {
  return SENTENCE_END.test(text) ? text : `${text}.`;
}

/** Whole minutes, rounded down: a message promises no time that the person does not have. The least is 1, not 0. */
function minutesOf(validityMs: number): number {
  return Math.max(1, Math.floor(validityMs / MINUTE_MS));
}

function normalized(locale: string): string {
  return locale.replaceAll('_', '-').toLowerCase();
}

/** `locale`: as `normalized` returns it. */
function languageOf(locale: string): string {
  return locale.split('-', 1)[0] ?? '';
}
