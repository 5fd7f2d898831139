import { Loop } from '@webserv/event-loop';
import { FakeDriver, type FakePeer, passTime, settle } from '@webserv/event-loop/testing';
import type { Intake, IntakeClient } from '@webserv/methods';
import type { BodySink, BodySource } from '@webserv/response';
import { FakeSite, type FakeSiteOptions } from './fake-site.ts';

/** A whole request. Only a path with a name leads to the answer that a test makes. */
export function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
}

/** An intake that the test resumes and answers. */
export class Taker implements Intake {
  wantsBody = true;
  taken = '';
  state: 'taking' | 'finished' | 'aborted' = 'taking';
  takes = true;
  client: IntakeClient | null = null;

  open(client: IntakeClient): void {
    this.client = client;
  }

  take(bytes: Buffer, start: number, end: number): boolean {
    this.taken += bytes.toString('latin1', start, end);
    return this.takes;
  }

  finish(): void {
    this.state = 'finished';
  }

  abort(): void {
    this.state = 'aborted';
  }
}

/** A body that the test makes. */
export class Source implements BodySource {
  sink: BodySink | null = null;
  pulls = 0;
  cancelled = false;

  open(sink: BodySink): void {
    this.sink = sink;
  }

  pull(): void {
    this.pulls++;
  }

  cancel(): void {
    this.cancelled = true;
  }
}

/** Clients of one listening socket on the scripted driver. Whatever is done has arrived when a call returns. */
export class Clients {
  readonly driver = new FakeDriver({ seed: 1, schedule: { delay: 0, split: 0 } });
  readonly loop = Loop.open({ driver: this.driver, hosted: false });
  readonly site: FakeSite;

  constructor(options: FakeSiteOptions = {}) {
    this.site = new FakeSite(this.loop, this.driver, options);
  }

  call(bytes: string): FakePeer {
    const peer = this.site.connect(bytes);
    this.settle();
    return peer;
  }

  send(peer: FakePeer, bytes: string): void {
    peer.write(bytes);
    this.settle();
  }

  settle(): void {
    settle(this.loop, this.driver);
  }

  pass(ms: number): void {
    passTime(this.loop, this.driver, ms);
  }

  dispose(): void {
    this.loop.dispose();
  }
}

/** The statuses of all answers so far, with `close` where the connection ends. */
export function answers(peer: FakePeer): string[] {
  const heads = peer.text().match(/HTTP\/1\.1 \d+ [\s\S]*?\r\n\r\n/g) ?? [];
  return heads.map((head) => `${head.slice(9, 12)}${/connection: close/i.test(head) ? ' close' : ''}`);
}

/** What is behind the last head. */
export function bodyOf(peer: FakePeer): string {
  return peer.text().slice(peer.text().lastIndexOf('\r\n\r\n') + 4);
}
