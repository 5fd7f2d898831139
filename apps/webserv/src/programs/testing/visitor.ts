/** A person with a browser, as far as a program's pages need one: it keeps cookies and follows redirections. */
export class Visitor {
  readonly port: number;
  private readonly cookies = new Map<string, string>();

  constructor(port: number) {
    this.port = port;
  }

  /** One request, whose redirection is not followed. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const pairs = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    if (pairs.length > 0) headers.set('Cookie', pairs.join('; '));
    const url = new URL(path, `http://127.0.0.1:${this.port}`);
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return answer;
  }

  /** Sends a form, and goes where the answer leads. */
  async send(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const answer = await this.ask(path, { method: 'POST', body: new URLSearchParams(fields) });
    const target = answer.headers.get('location');
    return target === null ? answer : this.ask(target);
  }
}
