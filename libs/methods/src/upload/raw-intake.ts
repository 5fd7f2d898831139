import type { Room } from '../disk/room.ts';
import type { Exchange } from '../exchange.ts';
import { failure } from '../failure.ts';
import type { Intake, IntakeClient } from '../intake.ts';
import { uploadStatusOf } from '../status-of.ts';
import { receipt } from './receipt.ts';
import { beginPlace, lengthAtMost, Upload, type UploadOwner } from './upload.ts';
import type { UploadRules } from './upload-rules.ts';

/**
 * Stores a body as one file. It takes its place among the uploads, and creates its file, at the first byte, so that a head
 * alone costs the server nothing.
 *
 *     awaited --the first byte, or the end--> storing --> answered or over
 */
export class RawIntake implements Intake, UploadOwner {
  readonly wantsBody = true;
  private readonly exchange: Exchange;
  private readonly rules: UploadRules;
  private readonly upload: Upload;
  private readonly name: string;
  private storing = false;
  private client: IntakeClient | null = null;

  private constructor(exchange: Exchange, rules: UploadRules, name: string) {
    this.exchange = exchange;
    this.rules = rules;
    this.name = name;
    this.upload = new Upload(exchange, rules, this);
  }

  /** @returns the intake, or the negative errno if the name cannot be used */
  static begin(exchange: Exchange, rules: UploadRules, name: string): RawIntake | number {
    const intake = new RawIntake(exchange, rules, name);
    const error = intake.upload.mayStore(name);
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
    const error = this.upload.begin(this.name, lengthAtMost(this.exchange.head));
    this.storing = error === 0;
    if (error < 0) this.failed(error, beginPlace(error));
    return this.storing;
  }

  ready(): void {
    this.client?.resume();
  }

  fileWhole(): void {
    this.upload.commit();
  }

  stored(): void {
    this.client?.reply(receipt(this.exchange, this.rules.folder, this.upload.files, []));
  }

  failed(errno: number, place: string): void {
    this.client?.reply(failure(this.exchange, uploadStatusOf(errno), place, errno));
  }
}
