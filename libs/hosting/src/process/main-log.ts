import type { ErrorLog } from '@webserv/logger';

type Facts = Readonly<Record<string, string | number>>;

/** The error log of the main level. What holds it goes on when a reload puts another log in its place. */
export class MainLog {
  private log: ErrorLog | null = null;

  turnTo(log: ErrorLog): void {
    this.log = log;
  }

  info(message: string, facts?: Facts): void {
    this.log?.info(message, facts);
  }

  notice(message: string, facts?: Facts): void {
    this.log?.notice(message, facts);
  }

  warn(message: string, facts?: Facts): void {
    this.log?.warn(message, facts);
  }

  error(message: string, facts?: Facts): void {
    this.log?.error(message, facts);
  }
}
