/** The databases on which the benchmark can start a Temporal server. */
export const databases = ['sqlite', 'postgresql'] as const;
export type Database = (typeof databases)[number];

/**
 * The databases to measure. An undefined one is the Temporal server at TEMPORAL_ADDRESS.
 *
 * @param wanted those of `--databases`. Undefined without this option
 * @throws Error if both `--databases` and TEMPORAL_ADDRESS are set
 */
export function databasesToMeasure(
  wanted: readonly Database[] | undefined,
  temporalAddress: string | undefined,
): readonly (Database | undefined)[] {
  if (!temporalAddress) return wanted ?? ['sqlite'];
  if (wanted === undefined) return [undefined];
  throw new Error('--databases starts its own Temporal servers: unset TEMPORAL_ADDRESS');
}
