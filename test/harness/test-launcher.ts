import { onStopSignals } from '../../harness/processes/stop-signals';
import { Supervisor } from '../../harness/processes/supervisor';

/** Starts two processes, for tests that end the launcher. Its output shows how they end. */
const supervisor = new Supervisor((line) => process.stdout.write(`${line}\n`));

onStopSignals({
  stop: () => {
    process.stdout.write('stopping\n');
    void supervisor.stop();
  },
  kill: () => {
    supervisor.kill();
    process.exit(1);
  },
});

function testProcess(name: string, onSigterm: string) {
  const source = `process.on('SIGTERM', () => { console.log('bye'); ${onSigterm} });
    process.on('SIGINT', () => console.log('interrupted'));
    console.log('up', process.pid); setInterval(() => {}, 1000)`;
  return { name, command: process.execPath, args: ['-e', source], isReady: () => Promise.resolve(true) };
}

void supervisor.start(
  testProcess('quick', 'process.exit()'),
  testProcess('slow', `setTimeout(() => process.exit(), ${process.argv[2]})`),
);
