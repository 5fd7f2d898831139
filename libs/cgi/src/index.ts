export { CgiExchange } from './cgi-exchange.ts';
export { type EnvEntry, environment, type ScriptRequest } from './env.ts';
export { type Launcher, systemLauncher } from './launcher.ts';
export type { MethodRules } from './method-rules.ts';
export { HEAD_MAX, OutputParser, OutputStatus, type ScriptHead } from './output-parser.ts';
export { type CgiOptions, CgiRunner } from './runner.ts';
export type { ScriptRun } from './workshop.ts';
