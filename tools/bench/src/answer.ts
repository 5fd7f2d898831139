import { get } from 'node:http';

/** One answer, whole. */
export interface Answer {
  readonly status: number;
  /** Names as sent, in order. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export function ask(url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
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

/** Why `answer` is not the file's; '' where it is: 200 and the same bytes. */
export function difference(answer: Answer, file: Buffer): string {
  if (answer.status !== 200) return `status ${answer.status}`;
  if (answer.body.length !== file.length) return `${answer.body.length} bytes instead of ${file.length}`;
  return answer.body.equals(file) ? '' : 'other bytes';
}
