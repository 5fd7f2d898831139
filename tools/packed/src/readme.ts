/** A fenced block of a page. */
interface Block {
  readonly language: string;
  readonly text: string;
}

/** A program that a page shows: it imports what it uses, and no line stands for others. */
interface Example {
  readonly code: string;
  /** What the page says that it prints; null if the page does not say. */
  readonly output: string | null;
}

const FENCE = /^```(\w+)\n([\s\S]*?)^```$/gm;
/** `# site.conf` in the first line names a file that the examples read. */
const FILE_NAME = /^# (\S+\.\w+)\n/;
const PROGRAMS = new Set(['ts', 'js']);

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(FENCE)].map(([, language, text]) => ({ language: language!, text: text! }));
}

/** Blocks that a compiler can judge: those with imports, whole or not. */
export function programsOf(page: string): string[] {
  return blocksOf(page)
    .filter(isProgram)
    .map(({ text }) => text);
}

/** A block of text that follows a program is what it prints. */
export function examplesOf(page: string): Example[] {
  const blocks = blocksOf(page);
  return blocks.flatMap((block, index): Example[] => {
    if (!isProgram(block) || /^ *\/\/ \.\.\./m.test(block.text)) return [];
    const next = blocks[index + 1];
    return [{ code: block.text, output: next?.language === 'text' ? next.text : null }];
  });
}

export function filesOf(page: string): Map<string, string> {
  const named = blocksOf(page).flatMap(({ text }): [string, string][] => {
    const name = FILE_NAME.exec(text)?.[1];
    return name === undefined ? [] : [[name, text]];
  });
  return new Map(named);
}

function isProgram({ language, text }: Block): boolean {
  return PROGRAMS.has(language) && /^import /m.test(text);
}
