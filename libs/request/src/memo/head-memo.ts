import { SectionMemo } from './section-memo.ts';
import { TargetMemo } from './target-memo.ts';

/**
 * What parsers remember of heads that they have read, so as not to read them again. It changes no outcome, only the time
 * that it takes. Everything in it is bounded: together less than 1.5 MiB.
 */
export class HeadMemo {
  /** The one of the process: connections come and go, and what they send is alike. */
  static readonly shared: HeadMemo = new HeadMemo();

  readonly sections: SectionMemo = new SectionMemo();
  readonly targets: TargetMemo = new TargetMemo();
}
