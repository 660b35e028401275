import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { buildApp } from './app';
import { Delivery } from './delivery/delivery';
import { createStatusCallback } from './delivery/status-callback';
import { type SandboxSettings, defaultSettings } from './settings';
import type { Hold, HoldStage } from './faults/call-hold';
import { type Denial, NumberFaults } from './faults/number-faults';
import { fileJournal, noJournal } from './messages/journal';
import type { CarrierErrorCode } from './messages/message';
import { type InboxMessage, MessageStore } from './messages/message-store';
import type { Credentials } from './twilio/credentials';
import type { LoggedRequest } from './twilio/request-log';

export type { CarrierErrorCode, Denial, SandboxSettings, Hold, HoldStage, InboxMessage, LoggedRequest };

export interface SmsSandboxOptions extends Credentials, Partial<SandboxSettings> {
  /** 0: any free port. */
  port: number;
  /** Default: `127.0.0.1`. */
  host?: string;
  /** Texts are kept under `<dataDir>/sms-sandbox/` and read again at start. Default: in memory only. */
  dataDir?: string | undefined;
  /** Numbers whose messages end `undelivered`, with the carrier's error. */
  undeliverable?: Readonly<Record<string, CarrierErrorCode>>;
  /** Called for each refused status callback and failed request, without numbers or codes. Default: they are ignored. */
  report?: (problem: string) => void;
}

export interface SmsSandbox {
  /** Where it listens: the official client's `api.baseUrl`. */
  readonly url: string;
  /** May be changed at any time. */
  readonly settings: SandboxSettings;
  /** Every authenticated call so far, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** The messages that arrived at a number, newest first. */
  inbox(number: string): InboxMessage[];
  /** Holds all further create-message calls, or those to one number. */
  hold(stage: HoldStage, to?: string): Hold;
  /** Answers the next create-message call to a number in Twilio's place. */
  deny(to: string, denial: Denial): void;
  /** Lets all further messages to a number end `undelivered`. */
  failDelivery(to: string, code: CarrierErrorCode): void;
  /** Stops at once and resets the calls that are not answered yet, also held ones. */
  close(): Promise<void>;
}

/**
 * Starts an imitation of the part of Twilio's REST API that the service uses, with an inbox for every number.
 *
 * @throws Error with code `EADDRINUSE` when the port is taken.
 */
export async function startSmsSandbox(options: SmsSandboxOptions): Promise<SmsSandbox> {
  const { port, host = '127.0.0.1', dataDir, undeliverable = {}, report = () => {} } = options;
  const stop = new AbortController();
  const closing = stop.signal;
  // Every message on its way listens to it.
  setMaxListeners(0, closing);
  const requests: LoggedRequest[] = [];
  const settings = settingsOf(options);
  const store = new MessageStore(
    dataDir === undefined ? noJournal : fileJournal(join(dataDir, 'sms-sandbox', 'texts.jsonl')),
  );
  const tellStatus = createStatusCallback({ credentials: options, closing, report });
  const delivery = new Delivery({ store, tellStatus, settings, closing });
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
  });
  const url = await app.listen({ port, host });
  delivery.resumeAll();

  return {
    url,
    settings,
    requests,
    inbox: (number) => store.inbox(number),
    hold: (stage, to) => faults.hold(stage, to),
    deny: (to, denial) => faults.deny(to, denial),
    failDelivery: (to, code) => faults.failDelivery(to, code),
    close: async () => {
      stop.abort();
      faults.cutAll();
      await app.close();
    },
  };
}

function settingsOf(options: Partial<SandboxSettings>): SandboxSettings {
  return {
    statusStepMs: options.statusStepMs ?? defaultSettings.statusStepMs,
    listLagMs: options.listLagMs ?? defaultSettings.listLagMs,
    answerDelayMs: options.answerDelayMs ?? defaultSettings.answerDelayMs,
    bodyPrefix: options.bodyPrefix ?? defaultSettings.bodyPrefix,
  };
}
