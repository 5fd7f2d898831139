/** What a step is about: the way to an answer, who may have it, what stands for the path, or what would be done. */
export type TraceTopic = 'access' | 'path' | 'location' | 'script' | 'store' | 'cache' | 'answer';

/**
 * Hears why a request is answered as it is (`webserv explain`). A server that serves has none, so a stage asks with
 * `services.trace?.note(...)`: that is one look at null, and the text is not made.
 *
 * What the disk is asked, and what would be stored, removed or run, is heard where it happens. A stage only says what these
 * cannot show: which rule has decided, and what it has compared.
 */
export interface Trace {
  /** @param text one sentence in the present tense, without a full stop, that names the directive: `deny 10.0.0.0/8 refuses 10.1.2.3` */
  note(topic: TraceTopic, text: string): void;
}
