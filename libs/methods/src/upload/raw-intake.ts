import type { Exchange } from '../exchange.ts';
import { failure } from '../failure.ts';
import type { Intake, IntakeClient } from '../intake.ts';
import type { Room } from '../room.ts';
import { receipt } from './receipt.ts';
import { lengthAtMost, Upload, type UploadOwner, type UploadRules, uploadStatus } from './upload.ts';

/** A body that is one file, stored as it comes. */
export class RawIntake implements Intake, UploadOwner {
  readonly wantsBody = true;
  private readonly exchange: Exchange;
  private readonly rules: UploadRules;
  private readonly upload: Upload;
  private client: IntakeClient | null = null;

  private constructor(exchange: Exchange, rules: UploadRules) {
    this.exchange = exchange;
    this.rules = rules;
    this.upload = new Upload(exchange.services, rules, this, exchange.services.ledgerOf(exchange.server));
  }

  /** @returns the intake, or the negative errno that it could not begin for */
  static begin(exchange: Exchange, rules: UploadRules, name: string): RawIntake | number {
    const intake = new RawIntake(exchange, rules);
    const error = intake.upload.begin(name, lengthAtMost(exchange.head));
    return error < 0 ? error : intake;
  }

  open(client: IntakeClient): void {
    this.client = client;
  }

  take(bytes: Buffer, start: number, end: number): boolean {
    return this.upload.write(bytes, start, end);
  }

  room(): Room | null {
    return this.upload.room();
  }

  finish(): void {
    this.upload.end();
  }

  abort(): void {
    this.client = null;
    this.upload.discard();
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
    this.client?.reply(failure(this.exchange, uploadStatus(errno), place, errno));
  }
}
