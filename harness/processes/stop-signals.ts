const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes on the SIGINT that the terminal has sent to everyone already: one Ctrl-C can arrive twice. */
const SAME_KEYPRESS_MS = 500;
const LOOK_FOR_NPM_EVERY_MS = 200;

export interface StopHandlers {
  /** The first Ctrl-C. */
  stop: () => void;
  /** The second one. */
  kill: () => void;
}

/** Also ends with npm, should that be killed: whoever starts it again then finds the ports free. */
export function onStopSignals({ stop, kill }: StopHandlers): void {
  let stoppedAt: number | undefined;
  const onSignal = () => {
    if (stoppedAt === undefined) {
      stoppedAt = Date.now();
      stop();
    } else if (Date.now() - stoppedAt > SAME_KEYPRESS_MS) {
      kill();
    }
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);

  const npm = process.env['npm_lifecycle_event'] === undefined ? undefined : process.ppid;
  if (npm === undefined) return;
  const look = () => {
    if (process.ppid !== npm) kill();
  };
  setInterval(look, LOOK_FOR_NPM_EVERY_MS).unref();
}
