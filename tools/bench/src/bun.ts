/** The part of Bun's interface that the two servers use. They run under bun, and rolldown bundles them. */
interface Bun {
  file(path: string): Blob;
  serve(options: {
    port: number;
    hostname: string;
    routes: Readonly<Record<string, Response | (() => Response)>>;
    fetch(): Response;
  }): void;
}

export const bun = (globalThis as unknown as { Bun: Bun }).Bun;
