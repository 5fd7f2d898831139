/** The little of Bun's own interface that the two servers use; they run under bun and are bundled by rolldown. */
export interface Bun {
  file(path: string): Blob;
  serve(options: {
    port: number;
    hostname: string;
    routes: Readonly<Record<string, Response | (() => Response)>>;
    fetch(): Response;
  }): void;
}

export const bun = (globalThis as unknown as { Bun: Bun }).Bun;
