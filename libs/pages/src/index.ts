export { Compressor } from './compressor.ts';
export { ContentTag, TAG_ROOM } from './content-tag.ts';
export { answerOf, CONDITIONS, type Page, type PageAnswer, USUAL } from './page.ts';
export { PageDraft } from './page-draft.ts';
export { PageLoad, type PageLoadOwner } from './page-load.ts';
export { originOf, type PageOrigin, Pages } from './pages.ts';
export { nodePaths, type Paths } from './watches/paths.ts';
export { Watches } from './watches/watches.ts';
export { WorkerUdata } from './worker-udata.ts';
