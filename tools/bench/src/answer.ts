import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

/** One whole answer. */
interface Answer {
  readonly status: number;
  /** `Name: value`, as the server sent them. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export function ask(url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? getSecure : getPlain;
    // The lab signs its certificates itself.
    get(url, { agent: false, rejectUnauthorized: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { rawHeaders: raw, statusCode: status = 0 } = response;
        const headers = raw.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${raw[index + 1]}`] : []));
        resolve({ status, headers, body: Buffer.concat(chunks) });
      });
    }).on('error', reject);
  });
}

/** The value of a header field; '' if the answer has none. @param name in lower case */
export function fieldOf({ headers }: Answer, name: string): string {
  const found = headers.find((line) => line.toLowerCase().startsWith(`${name}:`));
  return found?.slice(name.length + 1).trim() ?? '';
}

/** Says why `answer` is not the file; '' if it is 200 with the same bytes. */
export function difference(answer: Answer, file: Buffer): string {
  if (answer.status !== 200) return `status ${answer.status}`;
  if (answer.body.length !== file.length) return `${answer.body.length} bytes instead of ${file.length}`;
  return answer.body.equals(file) ? '' : 'other bytes';
}
