import type { TestWorkflowEnvironment } from '@temporalio/testing';

/**
 * Moves this process's `Date.now` with the time-skipping server's clock. Otherwise an API in this process would compare
 * its own time with times of the server, which can be hours ahead.
 */
export class SkippedClock {
  readonly #realNow = Date.now.bind(Date);
  #aheadMs = 0;
  readonly #mock = jest.spyOn(Date, 'now').mockImplementation(() => this.#realNow() + this.#aheadMs);

  constructor(private readonly env: TestWorkflowEnvironment) {}

  async skip(ms: number): Promise<void> {
    await this.env.sleep(ms);
    await this.follow();
  }

  /** Takes over the time that the server has skipped by itself. */
  async follow(): Promise<void> {
    this.#aheadMs = (await this.env.currentTimeMs()) - this.#realNow();
  }

  restore(): void {
    this.#mock.mockRestore();
  }
}
