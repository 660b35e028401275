import { list, secretBytes } from './fields';
import type { SetVariables } from './read-environment';
import { http } from './variables/http';
import { operators } from './variables/operators';
import { verification } from './variables/verification';

/** The number of digits in a code. Undefined if the variable is not valid. */
export function codeLengthOf({ CODE_LENGTH }: SetVariables): number | undefined {
  return verification.CODE_LENGTH.safeParse(CODE_LENGTH).data;
}

export function testCodeFaults(set: SetVariables): string[] {
  const codeLength = codeLengthOf(set);
  const { TEST_NUMBERS = '' } = set;
  const codes = [...TEST_NUMBERS.matchAll(/=(\d+)@/g)].map(([, code = '']) => code);
  if (codeLength === undefined || codes.every((code) => code.length === codeLength)) return [];
  return [`TEST_NUMBERS must have codes of CODE_LENGTH (${codeLength}) digits`];
}

/** SECRET_KEYS are replaced over time and PHONE_DIGEST_KEY never is: a leak of one must not be a leak of the other. */
export function reusedDigestKeyFaults({ SECRET_KEYS = '', PHONE_DIGEST_KEY = '' }: SetVariables): string[] {
  const digestKey = secretBytes(PHONE_DIGEST_KEY);
  const isReused =
    digestKey.length > 0 && secretKeyBytes(SECRET_KEYS).some((bytes) => bytes.equals(digestKey));
  if (!isReused) return [];
  return ['PHONE_DIGEST_KEY must not be one of SECRET_KEYS: make another one with npm run keys'];
}

/** The bytes of each of SECRET_KEYS, whether or not the variable is valid. */
function secretKeyBytes(value: string): Buffer[] {
  return list(value).map((entry) => secretBytes(entry.slice(entry.indexOf(':') + 1)));
}

export function codecTokenFaults({ API_KEYS = '', CODEC_SERVER_TOKEN }: SetVariables): string[] {
  if (CODEC_SERVER_TOKEN === undefined || !list(API_KEYS).includes(CODEC_SERVER_TOKEN.trim())) return [];
  return ['CODEC_SERVER_TOKEN must not be one of API_KEYS'];
}

export function samePortFaults({ PORT, METRICS_PORT }: SetVariables): string[] {
  const port = http.PORT.safeParse(PORT).data;
  const metricsPort = operators.METRICS_PORT.safeParse(METRICS_PORT).data;
  return port !== undefined && port === metricsPort ? ['METRICS_PORT must not be PORT'] : [];
}

export const NO_TWILIO_CREDENTIALS =
  'TWILIO_AUTH_TOKEN is required, or TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET';

export function twilioFaults(set: SetVariables): string[] {
  const hasCredentials =
    set['TWILIO_AUTH_TOKEN'] !== undefined ||
    (set['TWILIO_API_KEY_SID'] !== undefined && set['TWILIO_API_KEY_SECRET'] !== undefined);
  const hasSender = set['TWILIO_FROM'] !== undefined || set['TWILIO_MESSAGING_SERVICE_SID'] !== undefined;
  return [
    ...(hasCredentials ? [] : [NO_TWILIO_CREDENTIALS]),
    ...(hasSender ? [] : ['TWILIO_FROM is required, or TWILIO_MESSAGING_SERVICE_SID']),
  ];
}
