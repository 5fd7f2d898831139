/** The values that a format of one's own can name, by nginx's names where nginx has them. */
export type LogVariableName =
  | 'remote_addr'
  | 'realip_remote_addr'
  | 'remote_user'
  | 'time_local'
  | 'time_iso8601'
  | 'msec'
  | 'request'
  | 'request_method'
  | 'request_uri'
  | 'uri'
  | 'args'
  | 'query_string'
  | 'is_args'
  | 'server_protocol'
  | 'host'
  | 'server_name'
  | 'scheme'
  | 'https'
  | 'ssl_protocol'
  | 'ssl_cipher'
  | 'ssl_server_name'
  | 'ssl_session_reused'
  | 'status'
  | 'body_bytes_sent'
  | 'request_time'
  | 'request_ms'
  | 'stage'
  | 'cache'
  | 'errno'
  | 'place'
  | 'request_id'
  | 'pid'
  | 'hostname'
  | 'http';

/** One value of a line. */
export interface LogVariable {
  readonly name: LogVariableName;
  /** The field that `http` stands for, in lower case; '' for every other name. */
  readonly field: string;
}

/** A format of one's own: texts, which are written as they are, and values. */
export interface LineFormat {
  readonly name: string;
  /** How the values are escaped: as nginx does by default, or for the inside of a JSON string. */
  readonly escape: 'default' | 'json';
  readonly parts: readonly (string | LogVariable)[];
}
