import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { buildApp } from './app';
import { Delivery } from './delivery/delivery';
import { createStatusCallback } from './delivery/status-callback';
import { type SandboxSettings, defaultSettings } from './settings';
import type { Hold, HoldStage } from './faults/call-hold';
import { type StubAnswer, NumberFaults } from './faults/number-faults';
import { fileJournal, noJournal } from './messages/journal';
import type { CarrierErrorCode } from './messages/carrier-errors';
import type { Message } from './messages/message';
import { type InboxMessage, MessageStore } from './messages/message-store';
import type { Credentials } from './twilio/credentials';
import type { LoggedRequest } from './twilio/request-log';

export type { CarrierErrorCode, StubAnswer, SandboxSettings, Hold, HoldStage, InboxMessage, LoggedRequest };

export interface SmsSandboxOptions extends Credentials, Partial<SandboxSettings> {
  /** 0 for any free port. */
  port: number;
  /** Default: `127.0.0.1`. */
  host?: string;
  /** Messages are stored under `<dataDir>/sms-sandbox/` and read at the next start. Default: only in memory. */
  dataDir?: string | undefined;
  /** Numbers whose messages end `undelivered`, with the carrier's error. */
  undeliverable?: Readonly<Record<string, CarrierErrorCode>>;
  /**
   * Where a browser finds the try-it page, without a slash at the end. The sandbox's page links to it. Default: no
   * link.
   */
  tryItUrl?: string | undefined;
  /** Called for each failed status callback and failed request, without numbers or codes. Default: no reports. */
  report?: (problem: string) => void;
  /** Called for each status of each message, also for its first one. */
  onStatus?: (message: Message) => void;
  /** In PEM. Default: HTTP without TLS. */
  tls?: { key: string; cert: string };
}

export interface SmsSandbox {
  /** The base URL. In Twilio's client for Node, set `api.baseUrl` to it. */
  readonly url: string;
  /** May be changed at any time. */
  readonly settings: SandboxSettings;
  /** Every authenticated call so far, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** The messages that arrived at a number, newest first. */
  inbox(number: string): InboxMessage[];
  /** Holds all further create-message calls, or only those to one number. */
  hold(stage: HoldStage, to?: string): Hold;
  /** Sets the answer to the next create-message call to a number. */
  stubAnswer(to: string, stub: StubAnswer): void;
  /** From now on, messages to this number end `undelivered`. */
  failDelivery(to: string, code: CarrierErrorCode): void;
  /** Stops at once. Resets the connections of unanswered calls, also of held ones. */
  close(): Promise<void>;
}

/**
 * Starts a fake of the part of Twilio's REST API that the service uses, with an inbox for every number.
 *
 * @throws Error with code `EADDRINUSE` if the port is in use
 */
export async function startSmsSandbox(options: SmsSandboxOptions): Promise<SmsSandbox> {
  const { port, host = '127.0.0.1', dataDir, undeliverable = {}, tryItUrl, report = () => {} } = options;
  const { onStatus, tls } = options;
  const stop = new AbortController();
  const closing = stop.signal;
  // Each delayed answer adds a listener.
  setMaxListeners(0, closing);
  const requests: LoggedRequest[] = [];
  const settings = settingsOf(options);
  const store = new MessageStore(
    dataDir === undefined ? noJournal : fileJournal(join(dataDir, 'sms-sandbox', 'texts.jsonl')),
  );
  if (onStatus) store.changes.on('change', (_number, message) => onStatus(message));
  const reportStatus = createStatusCallback({ credentials: options, closing, report });
  const delivery = new Delivery({ store, reportStatus, settings, closing });
  const faults = new NumberFaults(undeliverable);

  const app = buildApp({
    credentials: options,
    store,
    delivery,
    settings,
    faults,
    requests,
    closing,
    report,
    tryItUrl,
    tls,
  });
  const url = await app.listen({ port, host });
  delivery.resumeAll();

  return {
    url,
    settings,
    requests,
    inbox: (number) => store.inbox(number),
    hold: (stage, to) => faults.hold(stage, to),
    stubAnswer: (to, stub) => faults.stubAnswer(to, stub),
    failDelivery: (to, code) => faults.setDelivery(to, code),
    close: async () => {
      stop.abort();
      faults.disconnectAll();
      await app.close();
    },
  };
}

function settingsOf(options: Partial<SandboxSettings>): SandboxSettings {
  return {
    statusStepMs: options.statusStepMs ?? defaultSettings.statusStepMs,
    carrierMs: options.carrierMs ?? defaultSettings.carrierMs,
    listLagMs: options.listLagMs ?? defaultSettings.listLagMs,
    answerDelayMs: options.answerDelayMs ?? defaultSettings.answerDelayMs,
    bodyPrefix: options.bodyPrefix ?? defaultSettings.bodyPrefix,
  };
}
