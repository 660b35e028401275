import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Source } from '../../harness/executables/executables';
import { findTemporalCli, findTestServer } from '../../harness/executables/find-executable';

let directory: string;
let printed: string[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'find-executable-'));
  printed = [];
});

afterEach(() => rm(directory, { recursive: true }));

async function executable(...names: string[]): Promise<string> {
  const file = path.join(directory, ...names);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, 0o755);
  return file;
}

function source(description: string, fetch: Source['fetch']): Source {
  return { description, fetch };
}

/** Fetches a file that contains the requested name and version. */
const working = source('from a source that works', async ({ name, version }, into) => {
  const file = path.join(into, 'fetched');
  await writeFile(file, `${name} ${version}`);
  return file;
});

const broken = source('from a source that fails', async (_wanted, into) => {
  await writeFile(path.join(into, 'half'), 'half');
  throw new Error('connection lost');
});

/** Options for a machine with an empty cache and only these sources. */
function on(sources: Source[], env: NodeJS.ProcessEnv = {}) {
  return {
    env,
    sources,
    cacheDirectory: path.join(directory, 'cache'),
    print: (line: string) => void printed.push(line),
  };
}

const cached = () => readdir(path.join(directory, 'cache'));

describe.each([
  { name: 'temporal', variable: 'TEMPORAL_CLI_PATH', find: findTemporalCli },
  { name: 'temporal-test-server', variable: 'TEMPORAL_TEST_SERVER_PATH', find: findTestServer },
])('$name', ({ name, variable, find }) => {
  test(`the executable in ${variable} is used`, async () => {
    const given = await executable('given');

    expect(await find(on([broken], { [variable]: given }))).toBe(given);
    expect(printed).toEqual([]);
  });

  test(`an invalid ${variable} is an error: no other executable is used instead`, async () => {
    await expect(find(on([working], { [variable]: directory }))).rejects.toThrow(
      `${variable} names ${directory}, which is not an executable file`,
    );
  });

  test('the first source that works fetches the pinned version, with a printed line for each attempt', async () => {
    const file = await find(on([broken, working]));

    expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`));
    expect(printed).toEqual([
      expect.stringMatching(new RegExp(`^Fetching ${name} .* from a source that fails …$`)),
      'That failed: connection lost',
      expect.stringMatching(new RegExp(`^Fetching ${name} .* from a source that works …$`)),
    ]);
  });

  test('a fetched executable is used the next time', async () => {
    const file = await find(on([working]));

    expect(await find(on([broken]))).toBe(file);
  });

  test('a failed fetch leaves no file', async () => {
    await expect(find(on([broken]))).rejects.toThrow('connection lost');

    expect(await cached()).toEqual([]);
    expect(await readFile(await find(on([working])), 'utf8')).toContain(name);
  });

  test('two simultaneous fetches get the same complete file', async () => {
    const [one, other] = await Promise.all([find(on([working])), find(on([working]))]);

    expect(one).toBe(other);
    expect(await cached()).toEqual([path.basename(one)]);
  });

  test('if all sources fail, the error lists what was tried and what to install', async () => {
    const failure = find(on([broken, source('from nowhere', () => Promise.reject(new Error('no python3')))]));

    await expect(failure).rejects.toThrow(
      new RegExp(
        `${name} .* was not found.*Tried:.*${variable}: not set.*from a source that fails: connection lost.*` +
          `from nowhere: no python3.*${variable}.*install Python 3 with pip`,
        's',
      ),
    );
  });
});

test('the first temporal on PATH is used', async () => {
  const first = await executable('a', 'temporal');
  await executable('b', 'temporal');
  const PATH = ['nowhere', 'a', 'b'].map((name) => path.join(directory, name)).join(path.delimiter);

  expect(await findTemporalCli(on([broken], { PATH }))).toBe(first);
});

test('folders and files on PATH that are not executable are ignored', async () => {
  await chmod(await executable('a', 'temporal'), 0o644);
  await mkdir(path.join(directory, 'b', 'temporal'), { recursive: true });
  const PATH = ['a', 'b'].map((name) => path.join(directory, name)).join(path.delimiter);

  expect(path.dirname(await findTemporalCli(on([working], { PATH })))).toBe(path.join(directory, 'cache'));
});
