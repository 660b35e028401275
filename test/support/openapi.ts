import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { FastifyInstance } from 'fastify';

/** A body or a parameter. */
export interface Media {
  readonly schema: object & { readonly examples?: readonly unknown[] };
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>;
}

export interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly (Media & { readonly in: string; readonly name: string })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly security: readonly object[];
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

interface DocumentedResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, Media>>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

export interface GivenAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const DOCUMENT_ID = 'openapi';

export async function openApiDocument(app: FastifyInstance): Promise<OpenApiDocument> {
  const response = await app.inject('/openapi.json');
  return response.json<OpenApiDocument>();
}

/** Checks answers against the OpenAPI document. */
export class Conformance {
  readonly #ajv = new Ajv2020({ strict: false });

  constructor(readonly document: OpenApiDocument) {
    addFormats(this.#ajv);
    this.#ajv.addSchema(document, DOCUMENT_ID);
  }

  /** How an answer to this operation violates the document. Undefined if it does not. */
  violation(method: string, path: string, answer: GivenAnswer): string | undefined {
    const { statusCode, headers, body } = answer;
    const response = this.document.paths[path]?.[method.toLowerCase()]?.responses[statusCode];
    if (!response) return `${statusCode} is not in the document`;
    if (!response.content) return body === '' ? undefined : 'The answer must not have a body';
    const mediaType = String(headers['content-type']).split(';')[0] ?? '';
    if (!(mediaType in response.content)) return `${mediaType} is not in the document for ${statusCode}`;
    if (!mediaType.endsWith('json')) return undefined;
    const pointer = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      statusCode,
      'content',
      mediaType,
      'schema',
    ];
    const isValid = this.schemaAt(pointer);
    return isValid(JSON.parse(body)) ? undefined : this.#ajv.errorsText(isValid.errors);
  }

  /** Compiles a schema of the document. @throws Error if there is no schema */
  schemaAt(steps: readonly (string | number)[]): ValidateFunction {
    const pointer = steps.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'));
    const isValid = this.#ajv.getSchema(`${DOCUMENT_ID}#/${pointer.map(encodeURIComponent).join('/')}`);
    if (!isValid) throw new Error(`The document has no schema at ${steps.join(' ')}`);
    return isValid;
  }
}
