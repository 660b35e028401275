import { prettyFactory } from 'pino-pretty';

const pretty = prettyFactory({
  colorize: true,
  ignore: 'pid,hostname',
  singleLine: true,
  translateTime: 'SYS:HH:MM:ss',
});

/** A log line as a person would like to read it; any other line as it is. */
export function readableLine(line: string): string {
  return line.startsWith('{') ? pretty(line).trimEnd() : line;
}
