export { AccessEntry, type CacheOutcome } from './access-entry.ts';
export { type AccessFormat, AccessLog } from './access-log.ts';
export type { Destination } from './destination.ts';
export { type ErrorFormat, ErrorLog, type Fields, LEVELS, type Level } from './error-log.ts';
export { LogClock } from './log-clock.ts';
export { LogFile } from './log-file.ts';
export { type LogNotice, noticeText } from './log-notice.ts';
export { type BatchLimits, LoggerUdata } from './logger-udata.ts';
export { type EndingProcess, type LogSystem, Logs, logSystem } from './logs.ts';
