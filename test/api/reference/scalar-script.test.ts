import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createScalarScript } from '../../../src/api/reference/scalar-script';

test('after a read that failed, the next request reads the file again', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'scalar-'));
  try {
    const file = path.join(folder, 'standalone.js');
    const script = createScalarScript(file);
    await expect(script.gzipped()).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(file, 'the script');
    expect(gunzipSync(await script.gzipped()).toString()).toBe('the script');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('all requests share the same bytes, so that clients that do not read their answers use no memory', async () => {
  const script = createScalarScript();
  const plain = await Promise.all([script.plain(), script.plain()]);
  const gzipped = await Promise.all([script.gzipped(), script.gzipped()]);
  // Not toBe: the difference of two buffers would be printed.
  expect([plain[0] === plain[1], gzipped[0] === gzipped[1]]).toEqual([true, true]);
});
