import { z } from 'zod';

/** What docs/configuration.md says about a variable, in Markdown. The page takes the rest from the schema. */
export interface Documentation {
  /** One or two sentences. */
  readonly description: string;
  /** Further facts, one sentence or two each. */
  readonly rules?: readonly string[];
  /** A value, as it stands in the environment. */
  readonly example?: string;
  /** For a default that the code computes. */
  readonly default?: string;
  /** For a variable that is required unless another one is set. */
  readonly requirement?: string;
}

export const documentation = z.registry<Documentation>();

/** Variables that belong together. */
export interface VariableGroup {
  readonly title: string;
  /** What holds for all of them: a paragraph each. */
  readonly introduction?: readonly string[];
  readonly variables: z.ZodRawShape;
}
