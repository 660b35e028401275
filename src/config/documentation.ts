import { z } from 'zod';

/** The text about a variable in docs/configuration.md, in Markdown. The rest of its section comes from the schema. */
export interface Documentation {
  /** One or two sentences. */
  readonly description: string;
  /** More facts, each in one or two sentences. */
  readonly rules?: readonly string[];
  /** A valid value, as it is written in the environment. */
  readonly example?: string;
  /** The default, if the code computes it. */
  readonly default?: string;
  /** For a variable that is required only if another one is not set. */
  readonly requirement?: string;
  /** Whether its value is a secret or can contain one. */
  readonly isSecret?: true;
}

export const documentation = z.registry<Documentation>();

/** Variables that belong together. */
export interface VariableGroup {
  readonly title: string;
  /** Paragraphs about all variables of the group. */
  readonly introduction?: readonly string[];
  readonly variables: z.ZodRawShape;
}
