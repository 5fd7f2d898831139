import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import { DRIVER_NAME_HOMES, MULTIPLEXER_HOMES } from '../../rules.ts';
import type { Source } from '../../source.ts';
import { isTest, isWithin } from '../../workspace.ts';

/** Constants, structures and calls of the kernels' multiplexers. */
const CONSTANT =
  /\b(EPOLL\w*|EVFILT_\w+|EV_[A-Z]+|NOTE_[A-Z]+|KEVENT\w*|IORING_\w+|IOSQE_\w+|POLL(?:IN|OUT|HUP|ERR|NVAL|RDHUP|PRI)|FD_(?:SET|CLR|ISSET|ZERO|SETSIZE)|fd_set|epoll_\w+|pollfd|ppoll|pselect|kevent\w*|io_uring_\w+)\b/g;
const NAME = /\w*(?:epoll|kqueue|kevent|io_?uring)\w*/i;

/**
 * Above the driver there are only completions. A constant may stand only in the driver and FFI folders, and outside them
 * not even in a comment. Code may name a driver only there, and among the words that an operator types.
 */
export const multiplexers: Check = {
  name: 'no multiplexer is known outside the drivers',
  run(workspace) {
    const problems: Problem[] = [];
    for (const { kind, sources } of workspace.packages) {
      if (kind === 'tools') continue;
      for (const source of sources) {
        if (!isWithin(source.path, MULTIPLEXER_HOMES)) problems.push(...constants(source));
        if (!isWithin(source.path, DRIVER_NAME_HOMES) && !isTest(source.path))
          problems.push(...names(source));
      }
    }
    return problems;
  },
};

/** Where a file uses what belongs to a multiplexer. */
export function constants({ path, lines }: Source): Problem[] {
  return lines.flatMap((text, index) =>
    [...text.matchAll(CONSTANT)].map(([found]) => ({
      file: path,
      line: index + 1,
      message: `${found} is a multiplexer's own`,
      fix: `say it in completions, or move it to ${MULTIPLEXER_HOMES.join(' or ')}`,
    })),
  );
}

/** Where the code of a file names a driver. */
export function names(source: Source): Problem[] {
  const problems: Problem[] = [];
  for (const node of source.nodes) {
    const text = node.type === 'TemplateElement' ? node.raw : node.value;
    const name = typeof text === 'string' && !text.startsWith('./') ? NAME.exec(text)?.[0] : undefined;
    if (name === undefined) continue;
    problems.push({
      file: source.path,
      line: source.lineAt(node.span.start),
      message: `${name} names a driver`,
      fix: 'ask the event loop what it chose, or pass the word of the configuration on',
    });
  }
  return problems;
}
