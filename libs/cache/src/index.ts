export type { CacheEntry, Candidate, FileStamp } from './entry.ts';
export type { CacheOptions, CacheStats, Departure } from './static-cache.ts';
export { StaticCache } from './static-cache.ts';
