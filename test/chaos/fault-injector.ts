import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggedProcess } from '../support/logged-process';
import type { BreakableService } from './breakable-service';
import { type Moment, REFUSES_FOR_MS, type Target } from './faults';
import { ProviderProxy } from './provider-proxy';
import type { Scenario } from './scenario';

/** Causes the planned faults. Each worker reaches the SMS provider through its own proxy. */
export class FaultInjector {
  readonly workers: LoggedProcess[] = [];
  readonly #proxies: ProviderProxy[] = [];
  /** The running scenarios, by phone number. */
  readonly #scenarios = new Map<string, Scenario>();

  constructor(private readonly service: BreakableService) {}

  /** Adds a worker that is not started yet. */
  async addWorker(): Promise<void> {
    const proxy = new ProviderProxy({
      target: this.service.sandbox.url,
      takeFault: (to) => this.#scenarios.get(to)?.takeCallFault(),
      onCreateCall: async (to, moment) => {
        const scenario = this.#scenarios.get(to);
        if (scenario) await this.reach(moment, scenario, worker);
      },
    });
    const worker = this.service.createWorker(await proxy.listen());
    this.#proxies.push(proxy);
    this.workers.push(worker);
  }

  /** Runs `work`. Until it ends, faults can affect the scenario. */
  async during<T>(scenario: Scenario, work: () => Promise<T>): Promise<T> {
    const { phoneNumber } = scenario.planned;
    this.#scenarios.set(phoneNumber, scenario);
    if (!this.#isRecovered) scenario.recordFault();
    try {
      return await work();
    } finally {
      this.#scenarios.delete(phoneNumber);
    }
  }

  /** To be called when a scenario reaches a moment. A planned incident then affects all running scenarios. */
  async reach(moment: Moment, scenario: Scenario, concerned?: LoggedProcess): Promise<void> {
    const incident = scenario.takeIncident(moment);
    if (!incident) return;
    if (moment === 'start' || moment === 'check') await sleep(incident.delayMs);
    for (const affected of this.#scenarios.values()) affected.recordFault();
    await this.#break(incident.target, concerned ?? this.workers[incident.worker]);
  }

  /** Skips a process that has not recovered from an earlier incident: it might never become ready. */
  async #break(target: Target, worker: LoggedProcess | undefined): Promise<void> {
    const { api, temporal } = this.service;
    if (target === 'provider') for (const proxy of this.#proxies) proxy.refuseFor(REFUSES_FOR_MS);
    const processes = {
      worker: worker ? [worker] : [],
      'every worker': this.workers,
      API: [api],
      Temporal: [temporal],
      provider: [],
    }[target];
    await Promise.all(processes.filter(({ isReady }) => isReady).map((process) => process.crash()));
  }

  async untilRecovered(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.untilReady()));
  }

  get processes(): LoggedProcess[] {
    return [this.service.temporal, this.service.api, ...this.workers];
  }

  get #isRecovered(): boolean {
    return (
      this.processes.every(({ isReady }) => isReady) && this.#proxies.every(({ isRefusing }) => !isRefusing)
    );
  }

  close(): void {
    for (const proxy of this.#proxies) proxy.close();
  }
}
