import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { temporal } from '@temporalio/proto';

const { GetWorkflowExecutionHistoryRequest } = temporal.api.workflowservice.v1;
const HISTORY = 'GetWorkflowExecutionHistory';

/** The name under which long polls are counted: reads of a history that wait for the next event. */
export const LONG_POLL = 'long poll';

/** Counts the calls of a client to Temporal, by method. */
export class CallCounter {
  readonly #inFlight = new Map<string, number>();
  readonly #most = new Map<string, number>();
  readonly #made = new Map<string, number>();

  readonly interceptor: Interceptor = (options, nextCall) => {
    let name = options.method_definition.path.split('/').at(-1) ?? '';
    return new InterceptingCall(nextCall(options), {
      start: (metadata, _listener, next) =>
        next(metadata, {
          onReceiveStatus: (status, nextStatus) => {
            this.#add(name, -1);
            nextStatus(status);
          },
        }),
      sendMessage: (message: Uint8Array, next) => {
        if (name === HISTORY && GetWorkflowExecutionHistoryRequest.decode(message).waitNewEvent)
          name = LONG_POLL;
        this.#add(name, 1);
        next(message);
      },
    });
  };

  inFlight(method: string): number {
    return this.#inFlight.get(method) ?? 0;
  }

  /** The highest number of simultaneous calls. */
  most(method: string): number {
    return this.#most.get(method) ?? 0;
  }

  made(method: string): number {
    return this.#made.get(method) ?? 0;
  }

  /** By method. */
  all(): Record<string, number> {
    return Object.fromEntries(this.#made);
  }

  #add(method: string, change: number): void {
    const inFlight = this.inFlight(method) + change;
    this.#inFlight.set(method, inFlight);
    this.#most.set(method, Math.max(this.most(method), inFlight));
    if (change > 0) this.#made.set(method, this.made(method) + 1);
  }
}
