import type { RequestValues } from '@webserv/logger';
import type { Exchange } from '@webserv/methods';

/** What a format of the config's own asks of a request. Scratch: one object shows one request after the other. */
export class ExchangeValues implements RequestValues {
  private shown: Exchange | null = null;

  of(exchange: Exchange): RequestValues {
    this.shown = exchange;
    return this;
  }

  get peer(): string {
    return this.shown?.peer ?? '';
  }

  get path(): string {
    return this.shown?.head.path ?? '';
  }

  get query(): string {
    return this.shown?.head.query ?? '';
  }

  get hasQuery(): boolean {
    return this.shown?.head.hasQuery ?? false;
  }

  get serverName(): string {
    return this.shown?.server.names[0] ?? '';
  }

  get secure(): RequestValues['secure'] {
    return this.shown?.caller.secure ?? null;
  }

  field(name: string): string {
    return this.shown?.head.headers.get(name) ?? '';
  }
}
