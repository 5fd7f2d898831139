import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { HEADER, REQUEST, RecordType, recordOf, writeHeader } from '../application/record.ts';

/** What a test does in place of running the script. */
type Act = (request: ApplicationRequest) => void;

/** One request as the application has it: its parameters, and ways to answer. */
class ApplicationRequest {
  readonly params: ReadonlyMap<string, string>;
  readonly socket: Socket;

  constructor(params: ReadonlyMap<string, string>, socket: Socket) {
    this.params = params;
    this.socket = socket;
  }

  stdout(text: string | Buffer): this {
    return this.send(RecordType.STDOUT, Buffer.from(text));
  }

  stderr(text: string): this {
    return this.send(RecordType.STDERR, Buffer.from(text));
  }

  end(status = 0, protocol = 0): this {
    const content = Buffer.alloc(8);
    content.writeUInt32BE(status);
    content[4] = protocol;
    return this.send(RecordType.END_REQUEST, content);
  }

  raw(bytes: Uint8Array): this {
    this.socket.write(bytes);
    return this;
  }

  private send(type: RecordType, content: Buffer): this {
    for (let at = 0; at < content.length; at += 32_768) {
      this.socket.write(recordOf(type, content.subarray(at, at + 32_768)));
    }
    return this;
  }
}

/**
 * An application that others could have started: it listens at a socket and runs SCRIPT_FILENAME for each request, so the
 * scripts of CGI run here as well. It serves one request of a connection at a time, as PHP-FPM does.
 */
export class TestApplication {
  readonly path: string;
  /** Connections that were made, and requests that began and were aborted, ever. */
  connections = 0;
  begun = 0;
  aborted = 0;
  /** Replaces the running of scripts. */
  act: Act | null = null;
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();
  private readonly children = new Set<ChildProcess>();

  constructor(path: string) {
    this.path = path;
  }

  listen(): Promise<this> {
    const server = createServer((socket) => this.serve(socket));
    this.server = server;
    rmSync(this.path, { force: true });
    return new Promise((resolve) => server.listen(this.path, () => resolve(this)));
  }

  /** Ends it as kill -9 does: what is under way is lost. */
  async close(): Promise<void> {
    const ends = [...this.children].map((child) => new Promise((resolve) => child.once('close', resolve)));
    for (const child of this.children) child.kill('SIGKILL');
    for (const socket of this.sockets) socket.destroy();
    const { server } = this;
    this.server = null;
    await Promise.all(ends);
    if (server !== null) await new Promise((resolve) => server.close(resolve));
  }

  /** Closes the connections, and goes on listening. */
  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private serve(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    let held: Buffer = Buffer.alloc(0);
    let params: Buffer[] = [];
    let child: ChildProcess | null = null;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      child?.kill('SIGKILL');
    });
    const take = (type: number, content: Buffer): void => {
      if (type === RecordType.BEGIN_REQUEST) params = [];
      else if (type === RecordType.PARAMS && content.length > 0) params.push(content);
      else if (type === RecordType.PARAMS) {
        this.begun++;
        const request = new ApplicationRequest(pairsIn(Buffer.concat(params)), socket);
        if (this.act === null) child = this.run(request);
        else this.act(request);
      } else if (type === RecordType.STDIN && content.length > 0) child?.stdin?.write(content);
      else if (type === RecordType.STDIN) child?.stdin?.end();
      else if (type === RecordType.ABORT_REQUEST) {
        this.aborted++;
        child?.kill('SIGTERM');
      }
    };
    socket.on('data', (piece) => {
      held = Buffer.concat([held, piece]);
      while (held.length >= HEADER) {
        const size = HEADER + held.readUInt16BE(4) + (held[6] as number);
        if (held.length < size) return;
        take(held[1] as number, Buffer.from(held.subarray(HEADER, HEADER + held.readUInt16BE(4))));
        held = held.subarray(size);
      }
    });
  }

  private run(request: ApplicationRequest): ChildProcess {
    const file = request.params.get('SCRIPT_FILENAME') as string;
    const env = { ...Object.fromEntries(request.params), PATH: process.env['PATH'] };
    const child = spawn(file, [], { env, cwd: dirname(file), stdio: 'pipe' });
    this.children.add(child);
    child.on('error', () => request.end(1));
    child.stdin.on('error', () => {});
    child.stdout.on('data', (bytes: Buffer) => {
      request.stdout(bytes);
      if (request.socket.writableNeedDrain) {
        child.stdout.pause();
        request.socket.once('drain', () => child.stdout.resume());
      }
    });
    child.stderr.on('data', (bytes: Buffer) => request.stderr(bytes.toString()));
    child.on('close', (code) => {
      this.children.delete(child);
      request.end(code ?? 1);
    });
    return child;
  }
}

/** Reads name-value pairs. */
function pairsIn(bytes: Buffer): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  let at = 0;
  const length = (): number => {
    if ((bytes[at] as number) < 0x80) return bytes[at++] as number;
    at += 4;
    return bytes.readUInt32BE(at - 4) & 0x7fffffff;
  };
  while (at < bytes.length) {
    const [name, value] = [length(), length()];
    const end = at + name + value;
    pairs.set(bytes.toString('utf8', at, at + name), bytes.toString('utf8', at + name, end));
    at = end;
  }
  return pairs;
}

/** A header whose fields are what a test says, whatever they should be. */
export function header(over: { version?: number; type?: number; id?: number; length?: number }): Buffer {
  const bytes = Buffer.alloc(HEADER);
  writeHeader(bytes, 0, RecordType.STDOUT, over.length ?? 0);
  if (over.version !== undefined) bytes[0] = over.version;
  if (over.type !== undefined) bytes[1] = over.type;
  bytes.writeUInt16BE(over.id ?? REQUEST, 2);
  return bytes;
}
