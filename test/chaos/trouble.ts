import { setTimeout as sleep } from 'node:timers/promises';
import type { Course } from './course';
import type { CrashableProcess } from './crashable-process';
import { type Moment, REFUSES_FOR_MS, type Victim } from './faults';
import { ProviderProxy } from './provider-proxy';
import type { Stage } from './stage';

/** Lets happen what is planned. Each worker reaches the SMS provider through a proxy of its own. */
export class Trouble {
  readonly workers: CrashableProcess[] = [];
  readonly #proxies: ProviderProxy[] = [];
  readonly #courses = new Map<string, Course>();

  constructor(private readonly stage: Stage) {}

  async addWorker(): Promise<void> {
    const proxy = new ProviderProxy({
      target: this.stage.sandbox.url,
      takeFault: (to) => this.#courses.get(to)?.takeCallFault(),
      onCreateCall: async (to, moment) => {
        const course = this.#courses.get(to);
        if (course) await this.reach(moment, course, worker);
      },
    });
    const worker = this.stage.createWorker(await proxy.listen());
    this.#proxies.push(proxy);
    this.workers.push(worker);
  }

  async during<T>(course: Course, work: () => Promise<T>): Promise<T> {
    const { phoneNumber } = course.planned;
    this.#courses.set(phoneNumber, course);
    if (!this.#isOver) course.strike();
    try {
      return await work();
    } finally {
      this.#courses.delete(phoneNumber);
    }
  }

  /** The moment has come: if an incident is planned for it, it happens now, to everyone who is under way. */
  async reach(moment: Moment, course: Course, concerned?: CrashableProcess): Promise<void> {
    const incident = course.takeIncident(moment);
    if (!incident) return;
    if (moment === 'start' || moment === 'check') await sleep(incident.delayMs);
    for (const struck of this.#courses.values()) struck.strike();
    await this.#strike(incident.victim, concerned ?? this.workers[incident.worker]);
  }

  /** One that is still down from an earlier blow is not hit again: it would never come up. */
  async #strike(victim: Victim, worker: CrashableProcess | undefined): Promise<void> {
    const { api, temporal } = this.stage;
    if (victim === 'provider') for (const proxy of this.#proxies) proxy.refuseFor(REFUSES_FOR_MS);
    const victims = {
      worker: worker ? [worker] : [],
      'every worker': this.workers,
      API: [api],
      Temporal: [temporal],
      provider: [],
    }[victim];
    await Promise.all(victims.filter(({ isUp }) => isUp).map((process) => process.crash()));
  }

  /** Until everybody is back. */
  async untilOver(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.untilUp()));
  }

  get processes(): CrashableProcess[] {
    return [this.stage.temporal, this.stage.api, ...this.workers];
  }

  get #isOver(): boolean {
    return this.processes.every(({ isUp }) => isUp) && this.#proxies.every(({ isRefusing }) => !isRefusing);
  }

  close(): void {
    for (const proxy of this.#proxies) proxy.close();
  }
}
