import { prettyFactory } from 'pino-pretty';

const pretty = prettyFactory({
  colorize: true,
  ignore: 'pid,hostname',
  singleLine: true,
  translateTime: 'SYS:HH:MM:ss',
});

/** Formats a JSON log line for people. Returns other lines unchanged. */
export function readableLine(line: string): string {
  return line.startsWith('{') ? pretty(line).trimEnd() : line;
}
