import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { attempt, check, error, pageOf, service, summary, template, verification } from './verify-schemas';

const ajv = new Ajv2020({ allErrors: true });
addFormats(ajv);
const validateError = ajv.compile(error);

interface DocumentedAnswer {
  readonly operation: RegExp;
  readonly status: number;
  readonly validate: ValidateFunction;
}

const documented = (operation: RegExp, status: number, schema: object): DocumentedAnswer => ({
  operation,
  status,
  validate: ajv.compile(schema),
});

/** The answers of the operations that this service has. */
const documentedAnswers: readonly DocumentedAnswer[] = [
  documented(/^POST \/v2\/Services\/\w+\/Verifications$/, 201, verification),
  documented(/^(GET|POST) \/v2\/Services\/\w+\/Verifications\/[^/]+$/, 200, verification),
  documented(/^POST \/v2\/Services\/\w+\/VerificationCheck$/, 200, check),
  documented(/^GET \/v2\/Services$/, 200, pageOf('services', service)),
  documented(/^GET \/v2\/Services\/\w+$/, 200, service),
  documented(/^GET \/v2\/Templates$/, 200, pageOf('templates', template)),
  documented(/^GET \/v2\/Attempts$/, 200, pageOf('attempts', attempt)),
  documented(/^GET \/v2\/Attempts\/Summary$/, 200, summary),
  documented(/^GET \/v2\/Attempts\/VL\w+$/, 200, attempt),
];

/** An answer of the API, as a client received it. */
export interface ReceivedAnswer {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  /** Parsed. */
  readonly body: unknown;
}

/**
 * Compares an answer with Twilio's OpenAPI document: the status, every key, every type. An error has exactly the keys
 * of Twilio's errors.
 * @throws Error that names all differences
 */
export function assertTwilioAnswer({ method, url, status, contentType, body }: ReceivedAnswer): void {
  const operation = `${method.toUpperCase()} ${new URL(url).pathname}`;
  const differences = [
    ...(contentType.startsWith('application/json') ? [] : [`the content type is ${contentType}`]),
    ...(status < 300 ? successDifferences(operation, status, body) : errorDifferences(status, body)),
  ];
  if (differences.length > 0)
    throw new Error(`${operation} answered ${status}: ${differences.join('; ')}\n${JSON.stringify(body)}`);
}

function successDifferences(operation: string, status: number, body: unknown): string[] {
  const answer = documentedAnswers.find((each) => each.operation.test(operation));
  if (!answer) return ['the operation is not documented'];
  return [
    ...(answer.status === status ? [] : [`the documented status is ${answer.status}`]),
    ...faultsOf(answer.validate, body),
  ];
}

function errorDifferences(status: number, body: unknown): string[] {
  const faults = faultsOf(validateError, body);
  if (faults.length > 0) return faults;
  const { status: stated, code, more_info: moreInfo } = body as Record<string, unknown>;
  return [
    ...(stated === status ? [] : [`the body's status is ${String(stated)}`]),
    ...(String(moreInfo).endsWith(`/${String(code)}`) ? [] : ['more_info is about another code']),
  ];
}

function faultsOf(validate: ValidateFunction, body: unknown): string[] {
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = '', params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
}
