import type { FuzzedService } from './fuzzed-service';

/** A part of the service that has an OpenAPI document of its own. */
export interface Surface {
  readonly name: 'own' | 'verify';
  /** About how many requests a round makes: `fixed`, and `perExample` times the number of examples. Measured. */
  readonly roundSize: { readonly fixed: number; readonly perExample: number };
  document(service: FuzzedService): Promise<object>;
  /**
   * The tables of the configuration that only this surface has. Starts `count` verifications, so that requests can use
   * their ids.
   */
  configTables(service: FuzzedService, count: number): Promise<string[]>;
}
