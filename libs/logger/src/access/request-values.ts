/** What only a format of one's own writes of a request. A value is worked out when a line needs it. */
export interface RequestValues {
  /** The address at the far end of the connection, which may be a proxy's. */
  readonly peer: string;
  /** The decoded path. */
  readonly path: string;
  /** What follows the `?` of the target. */
  readonly query: string;
  readonly hasQuery: boolean;
  /** The first name of the server that answered. */
  readonly serverName: string;
  /** Null on a plain connection. */
  readonly secure: {
    readonly version: string;
    readonly cipher: string;
    readonly serverName: string;
    readonly resumed: boolean;
  } | null;
  /** Returns the value of a request field by its name in lower case; '' without one. */
  field(name: string): string;
}

/** Of a request that nothing is known of. */
export const NO_VALUES: RequestValues = {
  peer: '',
  path: '',
  query: '',
  hasQuery: false,
  serverName: '',
  secure: null,
  field: () => '',
};
