import SerializerSelector from '@fastify/fast-json-stringify-compiler';

const buildDefault = SerializerSelector();

/**
 * Fastify compiles a serializer for each response of each route. Errors need none: problem.ts makes all of them, and
 * their schemas are for the document. There are so many that their serializers would take a sixth of the start.
 */
export const buildSerializer: typeof buildDefault = (schemas, options) => {
  const compile = buildDefault(schemas, options);
  return (response) => {
    const isError = Number(response.httpStatus) >= 400;
    return isError ? (problem: unknown) => JSON.stringify(problem) : compile(response);
  };
};
