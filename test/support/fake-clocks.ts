export interface FakeClocks {
  /** Lets time pass. */
  advance(ms: number): void;
  /** Sets the system's clock back by an hour, as NTP can do. `performance.now` does not change. */
  setBackByAnHour(): void;
}

/** Stops the clocks `Date.now` and `performance.now`, but no timers. `jest.restoreAllMocks` starts them again. */
export function fakeClocks(): FakeClocks {
  let systemMs = Date.now();
  // Whole numbers: sums of fractions are not exact.
  let monotonicMs = Math.ceil(performance.now());
  jest.spyOn(Date, 'now').mockImplementation(() => systemMs);
  jest.spyOn(performance, 'now').mockImplementation(() => monotonicMs);
  return {
    advance(ms) {
      systemMs += ms;
      monotonicMs += ms;
    },
    setBackByAnHour() {
      systemMs -= 3_600_000;
    },
  };
}
