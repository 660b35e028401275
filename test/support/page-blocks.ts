import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIRECTORY } from '../../harness/project';

/** Reads a page whose code blocks are tested as they are printed. */
export function readPage(file: string) {
  const page = readFileSync(path.join(PROJECT_DIRECTORY, file), 'utf8');

  /** The only block of this language in a section, without the section's subsections. */
  function block(section: string, language: string): string {
    const found = blocks(section, language);
    expect([section, language, found.length]).toEqual([section, language, 1]);
    return found[0] ?? '';
  }

  function blocks(section: string, language: string): string[] {
    const [, text = ''] =
      new RegExp(`^##+ ${section}\n([\\s\\S]*?)(?=^##+ |$(?![\\s\\S]))`, 'm').exec(page) ?? [];
    const all = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
    return all.filter(([, name]) => name === language).map(([, , content = '']) => content);
  }

  /** The rows of the table of variables: name and default. */
  function variables() {
    const rows = page.matchAll(/^\| `([A-Z_]+)` +\| `([^`]+)`/gm);
    return [...rows].map(([, name = '', value = '']) => ({ name, value }));
  }

  return { block, blocks, variables };
}

/** Expects that the program has the default of each variable next to its name. */
export function expectDefaults(program: string, variables: readonly { name: string; value: string }[]): void {
  for (const { name, value } of variables) {
    const [before, after] = [program.indexOf(name), program.slice(program.indexOf(name))];
    expect([name, before >= 0, after.slice(0, 80)]).toEqual([name, true, expect.stringContaining(value)]);
  }
}
