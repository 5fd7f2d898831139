import type { Trace, TraceTopic } from '@webserv/methods';
import type { Step } from './explanation.ts';

/** Gathers steps while somebody wants them. What is said again, as of a file that is looked at and then opened, is one step. */
export class Steps implements Trace {
  private readonly heard = new Map<string, Step>();
  private listening = false;

  note(topic: TraceTopic, text: string): void {
    if (this.listening && !this.heard.has(text)) this.heard.set(text, { topic, text });
  }

  listen(): void {
    this.heard.clear();
    this.listening = true;
  }

  /** What follows belongs to a script that does not run. */
  end(): void {
    this.listening = false;
  }

  /** Returns what was heard since `listen`. */
  take(): readonly Step[] {
    this.listening = false;
    return [...this.heard.values()];
  }
}
