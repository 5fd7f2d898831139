import { neverHasContent, Reply } from '@webserv/response';
import type { ScriptHead } from './output-parser.ts';
import type { ScriptOutput } from './script-output.ts';

/**
 * The reply that a script's head announces: with the rest of its output for a body, or, where none is to be sent (HEAD,
 * 204, 304), with its length alone; then the output is thrown away.
 */
export function replyOf(head: ScriptHead, output: ScriptOutput, method: string): Reply {
  const reply = new Reply(head.status);
  reply.reason = head.reason;
  for (let index = 0; index < head.headers.count; index++) {
    reply.headers.append(head.headers.nameAt(index), head.headers.valueAt(index));
  }
  const length = head.contentLength;
  if (method === 'HEAD' || neverHasContent(head.status)) {
    reply.body = { kind: 'unsent', length };
    output.drain();
  } else {
    output.offer(length);
    reply.body = { kind: 'stream', source: output, length };
  }
  return reply;
}
