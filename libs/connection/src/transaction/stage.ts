/**
 * Where a connection stands. A request passes request -> method -> response -> end; accept and end are the stages of the
 * connection itself, config the one before all others. The names stand in the access log: the stage that ended it.
 */
export const Stage = {
  ACCEPT: 'accept',
  REQUEST: 'request',
  METHOD: 'method',
  RESPONSE: 'response',
  END: 'end',
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];
