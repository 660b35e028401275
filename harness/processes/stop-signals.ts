const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The terminal sends SIGINT to npm and to us, and npm forwards it. So one Ctrl-C can arrive twice. */
const SAME_KEYPRESS_MS = 500;
const CHECK_NPM_EVERY_MS = 200;

export interface StopHandlers {
  /** Called at the first Ctrl-C. */
  stop: () => void;
  /** Called at the second Ctrl-C. */
  kill: () => void;
}

/** Handles Ctrl-C and other stop signals. Also calls `kill` if our parent is npm and it is killed. */
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
  const checkNpm = () => {
    if (process.ppid !== npm) kill();
  };
  setInterval(checkNpm, CHECK_NPM_EVERY_MS).unref();
}
