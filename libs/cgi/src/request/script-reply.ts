import type { Exchange } from '@webserv/methods';
import { neverHasContent, Reply } from '@webserv/response';
import type { ScriptHead } from '../output/output-parser.ts';
import type { ScriptOutput } from '../output/script-output.ts';
import type { Run } from '../process/run.ts';

/**
 * Returns the reply that a script's head announces. The rest of the output is its body. A reply without content (HEAD,
 * 204, 304) has only the length, and the output is dropped.
 * The answer to an error keeps its status, unless the script states one.
 * If the script ended by itself and declared no length, the length is that of its output.
 */
export function replyOf(
  head: ScriptHead,
  output: ScriptOutput,
  { head: { method }, failed }: Exchange,
  run: Run | null,
): Reply {
  const reply = new Reply(head.stated || failed === null ? head.status : failed.status);
  reply.reason = head.reason;
  reply.headers.copyFrom(head.headers);
  const certain = head.contentLength < 0 && run?.exited === true && !run.killed;
  const length = certain || output.chunksOver ? output.wholeSize : head.contentLength;
  if (method === 'HEAD' || neverHasContent(reply.status)) {
    // A script correctly writes no body for HEAD. Its output then does not show the length of the body for GET.
    reply.body = { kind: 'unsent', length: certain && length === 0 ? -1 : length };
    output.drain();
  } else {
    output.offer(length);
    reply.body = { kind: 'stream', source: output, length };
  }
  return reply;
}
