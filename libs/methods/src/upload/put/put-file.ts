import { FieldId } from '@webserv/request';
import { empty, Reply } from '@webserv/response';
import { validatorsOf } from '../../conditions.ts';
import { ERRNO } from '../../disk/errno.ts';
import type { Exchange } from '../../exchange.ts';
import { failure } from '../../failure.ts';
import { uploadStatusOf } from '../../status-of.ts';
import type { RawFile } from '../raw-intake.ts';
import type { StoredFile } from '../stored-file.ts';
import type { UploadRules } from '../upload-rules.ts';
import type { PutTarget } from './put-target.ts';

/** The file that the body of a PUT becomes. */
export class PutFile implements RawFile {
  readonly name: string;
  readonly rules: UploadRules;
  private readonly exchange: Exchange;
  private readonly folder: string;
  private readonly again: () => PutTarget | Reply;
  private replaces = false;

  /** @param again finds the target once more, and judges the conditions by what is there then */
  constructor(exchange: Exchange, { folder, name }: PutTarget, again: () => PutTarget | Reply) {
    const { location, head } = exchange;
    this.exchange = exchange;
    this.folder = folder;
    this.name = name;
    this.again = again;
    const onlyNew = head.headers.known(FieldId.IF_NONE_MATCH)?.trim() === '*';
    this.rules = {
      folder,
      temporary: location.putRoot ?? folder,
      // `If-None-Match: *` holds against every other program as well: the disk itself replaces nothing then.
      overwrite: !onlyNew,
      fsync: location.uploadFsync,
      ownTime: true,
    };
  }

  statusOf(errno: number): number {
    switch (-errno) {
      // Only `If-None-Match: *` can fail so.
      case ERRNO.EEXIST:
        return 412;
      // The folder has gone while the body came.
      case ERRNO.ENOENT:
      case ERRNO.ENOTDIR:
        return 409;
      default:
        return uploadStatusOf(errno);
    }
  }

  refusal(): Reply | null {
    const target = this.again();
    if (target instanceof Reply) return target;
    if (target.folder !== this.folder) return failure(this.exchange, 409, 'folder of the file');
    this.replaces = target.facts !== null;
    this.exchange.services.forget(target.path);
    return null;
  }

  receipt([file]: readonly StoredFile[]): Reply {
    const reply = empty(this.replaces ? 204 : 201);
    const tag = this.tagOf(file);
    if (tag !== '') reply.headers.set('ETag', tag);
    return reply;
  }

  /** The file has a time that no other version has, unless the disk keeps whole seconds alone. */
  private tagOf({ stamp }: StoredFile): string {
    if (this.exchange.location.etag !== 'stat') return '';
    const nowMs = stamp.mtimeMs % 1000 === 0 ? stamp.mtimeMs : Number.POSITIVE_INFINITY;
    return validatorsOf(this.exchange, stamp, '', nowMs).etag;
  }
}
