import { SectionMemo } from './section-memo.ts';
import { TargetMemo } from './target-memo.ts';

/**
 * What parsers remember of heads, so that they do not read the same again. It changes no result, only the time.
 * Everything in it is bounded: together less than 1.5 MiB.
 */
export class HeadMemo {
  /** All parsers of a process may share it: it changes no result. Connections come and go and send much the same. */
  static readonly shared: HeadMemo = new HeadMemo();

  readonly sections: SectionMemo = new SectionMemo();
  readonly targets: TargetMemo = new TargetMemo();
}
