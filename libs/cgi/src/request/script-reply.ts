import { neverHasContent, Reply } from '@webserv/response';
import type { ScriptHead } from '../output/output-parser.ts';
import type { ScriptOutput } from '../output/script-output.ts';
import type { ScriptProcess } from '../process/script-process.ts';

/**
 * The reply that a script's head announces: with the rest of its output for a body, or, where none is to be sent (HEAD,
 * 204, 304), with its length alone; then the output is thrown away.
 * Where a script that has ended by itself does not say how long its body is, what it has written does.
 */
export function replyOf(
  head: ScriptHead,
  output: ScriptOutput,
  method: string,
  process: ScriptProcess | null,
): Reply {
  const reply = new Reply(head.status);
  reply.reason = head.reason;
  for (let index = 0; index < head.headers.count; index++) {
    reply.headers.append(head.headers.nameAt(index), head.headers.valueAt(index));
  }
  const certain = head.contentLength < 0 && process?.exited === true && !process.killed;
  const length = certain || output.chunksOver ? output.wholeSize : head.contentLength;
  if (method === 'HEAD' || neverHasContent(head.status)) {
    // A script that writes nothing for HEAD, as it should, leaves it open how long the body would have been.
    reply.body = { kind: 'unsent', length: certain && length === 0 ? -1 : length };
    output.drain();
  } else {
    output.offer(length);
    reply.body = { kind: 'stream', source: output, length };
  }
  return reply;
}
