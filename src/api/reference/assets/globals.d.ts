/** From scalar.js, which the page loads first. */
declare const Scalar: {
  createApiReference(selector: string, configuration: Readonly<Record<string, unknown>>): void;
};

/** What the page reads and changes of the document. */
interface OpenApiDocument {
  servers: { url: string }[];
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { example?: unknown }> } }>>;
}
