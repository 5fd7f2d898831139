export type { Diagnostic, DiagnosticCode, Severity } from './diagnostics/diagnostic.ts';
export { DIAGNOSTIC_CODES } from './diagnostics/diagnostic.ts';
export type { Position } from './diagnostics/position.ts';
export { type ReportOptions, report, toJson } from './diagnostics/report.ts';
export { suggest } from './diagnostics/suggest.ts';
export type { Context, Row } from './directives/row.ts';
export { allRows } from './directives/table.ts';
export type { Access, Disk, FileKind } from './disk/disk.ts';
export { type MemoryEntry, memoryDisk } from './disk/memory-disk.ts';
export { nodeDisk } from './disk/node-disk.ts';
export type { LoadResult } from './load.ts';
export type { AccessRule, AccountRule, Guard, RateLimit } from './model/access.ts';
export { type Address, addressesOf } from './model/addresses.ts';
export { isChallenge } from './model/challenges.ts';
export { HostMatcher } from './model/host-matcher.ts';
export { formatIp, parseIp } from './model/ip-address.ts';
export type * from './model/listing-settings.ts';
export { LocationMatcher } from './model/location-matcher.ts';
export { pathOf, pathWords } from './model/location-path.ts';
export { isWithin, type Network } from './model/network.ts';
export { capture, capturesOf, expanded, rewriteKey, rewrittenPath } from './model/rewrite.ts';
export type * from './model/types.ts';
export { load, loadText } from './node-load.ts';
export {
  configText,
  type LocationBlock,
  type MainBlock,
  type ServerBlock,
} from './output/config-text.ts';
export { type EffectiveOptions, effective } from './output/effective.ts';
export type { InForce } from './output/effective-writer.ts';
export { type DirectiveHelp, type HelpOptions, helpOn, helpText } from './output/help.ts';
export { inForce } from './output/in-force.ts';
export { referenceMarkdown } from './output/reference.ts';
export { wrap } from './output/wrap.ts';
export { word as quoted } from './syntax/print.ts';
export { packConfig } from './transfer/pack.ts';
export { ConfigUnpacker } from './transfer/unpack.ts';
