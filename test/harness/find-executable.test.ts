import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Source } from '../../harness/executables/executables';
import { findTemporalCli, findTestServer } from '../../harness/executables/find-executable';

let directory: string;
let said: string[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'find-executable-'));
  said = [];
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

/** Leaves a file that holds what it was asked for. */
const working = source('from a source that works', async ({ name, version }, into) => {
  const file = path.join(into, 'fetched');
  await writeFile(file, `${name} ${version}`);
  return file;
});

const broken = source('from a source that breaks off', async (_wanted, into) => {
  await writeFile(path.join(into, 'half'), 'half');
  throw new Error('the line went dead');
});

/** On a machine that has nothing but these sources. */
function on(sources: Source[], env: NodeJS.ProcessEnv = {}) {
  return {
    env,
    sources,
    cacheDirectory: path.join(directory, 'cache'),
    say: (line: string) => void said.push(line),
  };
}

const cached = () => readdir(path.join(directory, 'cache'));

describe.each([
  { name: 'temporal', variable: 'TEMPORAL_CLI_PATH', find: findTemporalCli },
  { name: 'temporal-test-server', variable: 'TEMPORAL_TEST_SERVER_PATH', find: findTestServer },
])('$name', ({ name, variable, find }) => {
  test(`the one that ${variable} names is taken`, async () => {
    const given = await executable('given');

    expect(await find(on([broken], { [variable]: given }))).toBe(given);
    expect(said).toEqual([]);
  });

  test(`a wrong ${variable} is an error: nothing else is taken silently`, async () => {
    await expect(find(on([working], { [variable]: directory }))).rejects.toThrow(
      `${variable} names ${directory}, which is not an executable file`,
    );
  });

  test('the first source that works fetches the pinned version, with a line for each try', async () => {
    const file = await find(on([broken, working]));

    expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`));
    expect(said).toEqual([
      expect.stringMatching(new RegExp(`^Fetching ${name} .* from a source that breaks off …$`)),
      'That failed: the line went dead',
      expect.stringMatching(new RegExp(`^Fetching ${name} .* from a source that works …$`)),
    ]);
  });

  test('what was fetched once is there the next time', async () => {
    const file = await find(on([working]));

    expect(await find(on([broken]))).toBe(file);
  });

  test('half a fetch leaves nothing, and is not taken for a whole one', async () => {
    await expect(find(on([broken]))).rejects.toThrow('the line went dead');

    expect(await cached()).toEqual([]);
    expect(await readFile(await find(on([working])), 'utf8')).toContain(name);
  });

  test('two who fetch at once get the same whole file', async () => {
    const [one, other] = await Promise.all([find(on([working])), find(on([working]))]);

    expect(one).toBe(other);
    expect(await cached()).toEqual([path.basename(one)]);
  });

  test('when everything fails, the error says what was tried and what to install', async () => {
    const failure = find(on([broken, source('from nowhere', () => Promise.reject(new Error('no python3')))]));

    await expect(failure).rejects.toThrow(
      new RegExp(
        `There is no ${name} .*Tried:.*${variable}: not set.*from a source that breaks off: the line went dead.*` +
          `from nowhere: no python3.*${variable}.*install Python 3 with pip`,
        's',
      ),
    );
  });
});

test('a temporal on PATH is taken, the first of several', async () => {
  const first = await executable('a', 'temporal');
  await executable('b', 'temporal');
  const PATH = ['nowhere', 'a', 'b'].map((name) => path.join(directory, name)).join(path.delimiter);

  expect(await findTemporalCli(on([broken], { PATH }))).toBe(first);
});

test('a file on PATH that can not be run, or a folder, is passed over', async () => {
  await chmod(await executable('a', 'temporal'), 0o644);
  await mkdir(path.join(directory, 'b', 'temporal'), { recursive: true });
  const PATH = ['a', 'b'].map((name) => path.join(directory, name)).join(path.delimiter);

  expect(path.dirname(await findTemporalCli(on([working], { PATH })))).toBe(path.join(directory, 'cache'));
});
