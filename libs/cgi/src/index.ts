export { OutputParser, OutputStatus, type ScriptHead } from './output/output-parser.ts';
export { Alarm } from './process/alarm.ts';
export { type Launcher, systemLauncher } from './process/launcher.ts';
export type { ProcessOwner, Program } from './process/run.ts';
export { ScriptProcess } from './process/script-process.ts';
export { ScriptUdata, type ScriptUdataOwner } from './process/script-udata.ts';
export { type EnvEntry, environment, type ScriptRequest } from './program/env.ts';
export { type CgiOptions, CgiRunner } from './runner.ts';
export type { ScriptRun } from './workshop/workshop.ts';
