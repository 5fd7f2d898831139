/** The variables of a `log_format`. The names are nginx's where nginx has the value; the last five are our own. */
export const LOG_VARIABLES = [
  'remote_addr',
  'realip_remote_addr',
  'remote_user',
  'time_local',
  'time_iso8601',
  'msec',
  'request',
  'request_method',
  'request_uri',
  'uri',
  'args',
  'query_string',
  'is_args',
  'server_protocol',
  'host',
  'server_name',
  'scheme',
  'https',
  'ssl_protocol',
  'ssl_cipher',
  'ssl_server_name',
  'ssl_session_reused',
  'status',
  'body_bytes_sent',
  'request_time',
  'request_id',
  'pid',
  'hostname',
  'request_ms',
  'stage',
  'cache',
  'errno',
  'place',
] as const;

export type LogVariableName = (typeof LOG_VARIABLES)[number] | 'http';

/** A value in a line of a log. */
export interface LogVariable {
  readonly name: LogVariableName;
  /** For `http`, which is `$http_NAME`: the name of the request field, in lower case. Otherwise ''. */
  readonly field: string;
}

/** A format that the config defines. */
export interface LogFormat {
  readonly name: string;
  readonly escape: 'default' | 'json';
  /** As the config writes it, in one piece. */
  readonly text: string;
  /** The same, read: texts and values in their order. */
  readonly parts: readonly (string | LogVariable)[];
}
