import type { Answer } from './answer-reader.ts';
import { type Ask, type AskContext, bodyIs, headOf, isFile, statusIs } from './ask.ts';
import { FILES, LISTED } from './site-plan.ts';

/** What is asked for, and the file that it leads to, if that is another: what a link leads out to is not there. */
const PATHS: readonly (readonly [target: string, file?: string])[] = [
  ['index.html'],
  ['about.txt'],
  ['empty.txt'],
  ['middle.txt'],
  ['large.bin'],
  ['none.txt'],
  ['inside.txt', 'about.txt'],
  ['within/index.html', 'folder/index.html'],
  ['outside.txt'],
  ['out/secret.txt'],
];

/** A file of the site, or of the uploads. */
function drawPath(context: AskContext): { target: string; path: string } {
  const { random, devoted } = context;
  if (devoted || random.chance(0.4)) {
    const name = drawName(context);
    return { target: `/files/${name}`, path: `${FILES}/${name}` };
  }
  const [target = '', file = target] = PATHS[random.below(PATHS.length)] ?? [];
  return { target: `/${target}`, path: `/world/site/${file}` };
}

/** A visitor has names of its own, and one that all share. */
function drawName({ random, who, devoted }: AskContext): string {
  return devoted || random.chance(0.25) ? 'shared.txt' : `visitor-${who}-${random.below(2)}.txt`;
}

export function getFile(context: AskContext): Ask {
  const { target, path } = drawPath(context);
  return {
    label: `GET ${target}`,
    large: path.endsWith('large.bin'),
    method: 'GET',
    head: headOf('GET', target),
    body: '',
    judge: (answer, past) => isFile(answer, past, path),
  };
}

export function headFile(context: AskContext): Ask {
  const { target, path } = drawPath(context);
  return {
    label: `HEAD ${target}`,
    large: path.endsWith('large.bin'),
    method: 'HEAD',
    head: headOf('HEAD', target),
    body: '',
    judge: (answer, past) =>
      isFile(answer, past, path, (given, content) => {
        const length = given.headers.get('content-length');
        return length === String(content.length) ? statusIs(given, 200) : `length ${length}`;
      }),
  };
}

export function getRange(context: AskContext): Ask {
  const { target, path } = drawPath(context);
  const start = context.random.below(400);
  const end = start + context.random.below(200);
  return {
    label: `GET ${target} ${start}-${end}`,
    large: path.endsWith('large.bin'),
    method: 'GET',
    head: headOf('GET', target, [`Range: bytes=${start}-${end}`]),
    body: '',
    judge: (answer, past) =>
      isFile(answer, past, path, (given, content) =>
        start < content.length
          ? (statusIs(given, 206) ?? bodyIs(given, content.subarray(start, end + 1)))
          : statusIs(given, 416),
      ),
  };
}

export function getUnchanged(context: AskContext): Ask {
  const { target, path } = drawPath(context);
  return {
    label: `GET ${target}, if changed`,
    large: path.endsWith('large.bin'),
    method: 'GET',
    head: headOf('GET', target, ['If-None-Match: *']),
    body: '',
    judge: (answer, past) => isFile(answer, past, path, (given) => statusIs(given, 304)),
  };
}

export function list(): Ask {
  return {
    label: 'GET /list/',
    method: 'GET',
    head: headOf('GET', '/list/?format=json'),
    body: '',
    judge: (answer, { calm }) => {
      // An entry that cannot be looked at is not shown.
      if (answer.status !== 200 || !calm) return statusIs(answer, 200);
      const text = answer.body.toString();
      if (text.includes('outside.txt')) return 'a listing with a link that leads out';
      const missing = [...LISTED, 'inside.txt'].filter((name) => !text.includes(JSON.stringify(name)));
      return missing.length === 0 ? null : `a listing without ${missing.join(', ')}`;
    },
  };
}

export function remove(context: AskContext): Ask {
  const name = drawName(context);
  return {
    label: `DELETE ${name}`,
    method: 'DELETE',
    head: headOf('DELETE', `/files/${name}`),
    body: '',
    judge: (answer, { disk, from, to }) => {
      const contents = disk.between(`${FILES}/${name}`, from, to);
      const there = contents.some((content) => content !== null);
      if (answer.status === 204)
        return there && contents.includes(null) ? null : 'deleted what stayed, or was not there';
      return contents.includes(null) ? statusIs(answer, 404) : statusIs(answer, 204);
    },
  };
}

/** Most uploads are small; some are over the limit, and a few fill more memory than is given to one. */
function drawSize({ random, site }: AskContext): number {
  if (site.bodySize > 100_000 && random.chance(0.1)) return 300_000 + random.below(500_000);
  return random.below(random.chance(0.2) ? 40_000 : 2000);
}

/** What may have been there before is replaced, and what was not is new. */
export function putFile(context: AskContext): Ask {
  const { random, mark, site } = context;
  const name = drawName(context);
  const size = drawSize(context);
  const content = `${mark.replace(/[<>]/g, '|')} put `.repeat(Math.ceil(size / 8)).slice(0, size);
  const onlyNew = random.chance(0.2);
  const fields = [`Content-Length: ${size}`, ...(onlyNew ? ['If-None-Match: *'] : [])];
  return {
    label: `PUT ${name}, ${size} bytes${onlyNew ? ', if new' : ''}`,
    method: 'PUT',
    head: headOf('PUT', `/files/${name}`, fields),
    body: content,
    floods: size > 200_000,
    judge: (answer, past) => {
      if (madeRoom(context, answer)) return null;
      const before = past.disk.between(`${FILES}/${name}`, past.from, past.to);
      const there = before.some((bytes) => bytes !== null);
      if (answer.status === 412) return onlyNew && there ? null : '412, though the name is free';
      if (size > site.bodySize) return statusIs(answer, 413);
      const allowed = [...(there && !onlyNew ? [204] : []), ...(before.includes(null) ? [201] : [])];
      return statusIs(answer, ...allowed) ?? stored(context, [[name, content]], 201, past);
    },
  };
}

/** Raw, with its length or in chunks, sent at once or after 100 (Continue). */
export function postRaw(context: AskContext): Ask {
  const { random, mark } = context;
  const name = drawName(context);
  const size = drawSize(context);
  const content = `${mark.replace(/[<>]/g, '|')} `.repeat(Math.ceil(size / 8)).slice(0, size);
  const chunked = random.chance(0.4);
  const expects = random.chance(0.2);
  const fields = [chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${size}`];
  if (expects) fields.push('Expect: 100-continue');
  return {
    label: `POST ${name}, ${size} bytes${chunked ? ', chunked' : ''}${expects ? ', expecting 100' : ''}`,
    method: 'POST',
    head: headOf('POST', `/upload/${name}`, fields),
    body: chunked ? inChunks(content, 1 + random.below(3000)) : content,
    expects,
    floods: (chunked && size > context.site.bodySize) || size > 200_000,
    judge: (answer, past) => {
      if (madeRoom(context, answer)) return null;
      // A name that is taken may be found out before the length is.
      if (size > context.site.bodySize) {
        return answer.status === 409 && chunked
          ? stored(context, [[name, content]], answer.status, past)
          : statusIs(answer, 413);
      }
      return statusIs(answer, 201, 409) ?? stored(context, [[name, content]], answer.status, past);
    },
  };
}

export function postForm(context: AskContext): Ask {
  const { random, who, mark } = context;
  const boundary = 'the-boundary';
  const parts = [0, 1].map((index): [string, string] => [
    `visitor-${who}-${index}.txt`,
    `${mark.replace(/[<>]/g, '|')} part ${index} `.repeat(random.below(40)),
  ]);
  const text = parts
    .map(
      ([name, content]) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n${content}\r\n`,
    )
    .join('');
  const body = `${text}--${boundary}--\r\n`;
  const fields = [
    `Content-Type: multipart/form-data; boundary=${boundary}`,
    `Content-Length: ${body.length}`,
  ];
  return {
    label: `POST a form of ${body.length} bytes`,
    method: 'POST',
    head: headOf('POST', '/upload/', fields),
    body,
    judge: (answer, past) => {
      if (madeRoom(context, answer)) return null;
      if (body.length > context.site.bodySize) return statusIs(answer, 413);
      return statusIs(answer, 201, 409) ?? stored(context, parts, answer.status, past);
    },
  };
}

/** Others are faster, and there are few places. */
function madeRoom({ site }: AskContext, { status, headers }: Answer): boolean {
  return status === 503 && site.maxUploads < 256 && headers.get('retry-after') !== undefined;
}

/** 201: each file has lain there as it was sent. 409: one of them was there before, and may not be replaced. */
function stored(
  { site }: AskContext,
  files: readonly [string, string][],
  status: number,
  { disk, from, to }: Parameters<Ask['judge']>[1],
): string | null {
  const past = files.map(([name]) => disk.between(`${FILES}/${name}`, from, to));
  if (status === 409) {
    const taken = past.some((contents) => contents.some((content) => content !== null));
    return site.overwrite ? '409, though it may replace' : taken ? null : '409, though the name is free';
  }
  const lost = files.find(
    ([, content], index) => !past[index]?.some((bytes) => bytes?.equals(Buffer.from(content))),
  );
  return lost === undefined ? null : `201, but ${lost[0]} never was what was sent`;
}

/** A body in the chunked coding. */
export function inChunks(content: string, size: number): string {
  let coded = '';
  for (let at = 0; at < content.length; at += size) {
    const piece = content.slice(at, at + size);
    coded += `${piece.length.toString(16)}\r\n${piece}\r\n`;
  }
  return `${coded}0\r\n\r\n`;
}
