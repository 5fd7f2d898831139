/** What a server speaks: HTTP/1.1 plain or over TLS, HTTP/2 over TLS, or HTTP/2 with prior knowledge. */
export type Protocol = 'http' | 'https' | 'h2' | 'h2c';

/** What the servers of this process speak, by their ports. A port that is not named speaks plain HTTP/1.1. */
export const spoken = new Map<number, Protocol>();
