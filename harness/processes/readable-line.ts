import { prettyFactory } from 'pino-pretty';

const pretty = prettyFactory({
  colorize: true,
  ignore: 'pid,hostname',
  singleLine: true,
  translateTime: 'SYS:HH:MM:ss',
});

/** Formats a JSON log line for people. Other lines stay as they are. */
export function readableLine(line: string): string {
  return line.startsWith('{') ? pretty(line).trimEnd() : line;
}
