/** The parts of pino's browser build that the error log uses. Pino's own types describe the Node build alone. */
declare module 'pino/browser.js' {
  type LogMethod = (fields: object, message: string) => void;

  export interface Pino {
    readonly levels: { readonly values: Readonly<Record<string, number>> };
    readonly debug: LogMethod;
    readonly info: LogMethod;
    readonly warn: LogMethod;
    readonly error: LogMethod;
    readonly notice: LogMethod;
    child(bindings: object): Pino;
    isLevelEnabled(level: string): boolean;
  }

  export interface PinoOptions {
    readonly level: string;
    readonly customLevels: Readonly<Record<string, number>>;
    readonly timestamp: false;
    readonly browser: {
      readonly write: Readonly<Record<string, (record: { readonly level: number }) => void>>;
    };
  }

  export function pino(options: PinoOptions): Pino;
}
