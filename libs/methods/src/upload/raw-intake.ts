import type { Reply } from '@webserv/response';
import type { Room } from '../disk/room.ts';
import type { Exchange } from '../exchange.ts';
import { failure } from '../failure.ts';
import type { Intake, IntakeClient, Outcome } from '../intake.ts';
import type { StoredFile } from './stored-file.ts';
import { beginPlace, lengthAtMost, Upload, type UploadOwner } from './upload.ts';
import type { UploadRules } from './upload-rules.ts';

/** The file that a body becomes. */
export interface RawFile {
  readonly name: string;
  readonly rules: UploadRules;
  /** Returns the status for an errno. */
  statusOf(errno: number): number;
  /** Called when the content is whole, right before it gets its name. @returns the reply in place of that, or null */
  refusal(): Reply | null;
  /** Returns the answer once the file has its name. */
  receipt(files: readonly StoredFile[]): Reply;
}

/** Stores a body as one file. A name that cannot be used is refused before the content is read. */
export function storeRaw(exchange: Exchange, file: RawFile): Outcome {
  const intake = RawIntake.begin(exchange, file);
  if (typeof intake !== 'number') return intake;
  return failure(exchange, file.statusOf(intake), beginPlace(intake), intake);
}

/**
 * Stores a body as one file. It takes its place among the uploads, and creates its file, at the first byte, so that a head
 * alone costs the server nothing.
 *
 *     awaited --the first byte, or the end--> storing --> answered or over
 */
class RawIntake implements Intake, UploadOwner {
  readonly wantsBody = true;
  private readonly exchange: Exchange;
  private readonly file: RawFile;
  private readonly upload: Upload;
  private storing = false;
  private client: IntakeClient | null = null;

  private constructor(exchange: Exchange, file: RawFile) {
    this.exchange = exchange;
    this.file = file;
    this.upload = new Upload(exchange, file.rules, this);
  }

  /** @returns the intake, or the negative errno if the name cannot be used */
  static begin(exchange: Exchange, file: RawFile): RawIntake | number {
    const intake = new RawIntake(exchange, file);
    const error = intake.upload.mayStore(file.name);
    return error < 0 ? error : intake;
  }

  open(client: IntakeClient): void {
    this.client = client;
  }

  take(bytes: Buffer, start: number, end: number): boolean {
    return !this.begun() || this.upload.write(bytes, start, end);
  }

  room(): Room | null {
    return this.storing ? this.upload.room() : null;
  }

  finish(): void {
    if (this.begun()) this.upload.end();
  }

  abort(): void {
    this.client = null;
    this.upload.discard();
  }

  /** @returns false if it could not begin; then the client has its answer */
  private begun(): boolean {
    if (this.storing) return true;
    const error = this.upload.begin(this.file.name, lengthAtMost(this.exchange.head));
    this.storing = error === 0;
    if (error < 0) this.failed(error, beginPlace(error));
    return this.storing;
  }

  ready(): void {
    this.client?.resume();
  }

  fileWhole(): void {
    const refusal = this.file.refusal();
    if (refusal === null) {
      this.upload.commit();
      return;
    }
    this.upload.discard();
    this.client?.reply(refusal);
  }

  stored(): void {
    this.client?.reply(this.file.receipt(this.upload.files));
  }

  failed(errno: number, place: string): void {
    this.client?.reply(failure(this.exchange, this.file.statusOf(errno), place, errno));
  }
}
