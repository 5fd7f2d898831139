import type { Engine } from '../process/engine.ts';
import { processMetrics } from './process-facts.ts';
import { ownRuns, runsPage } from './runs-page.ts';
import { serverMetrics } from './server-metrics.ts';
import { addStatus } from './status.ts';
import type { View } from './view.ts';

/**
 * Has the registry of an engine show a server.
 * @param look returns what there is now. It is called for each scrape and each look at the status
 */
export function watchOver(engine: Engine, look: () => View): void {
  const { registry } = engine;
  registry.source((out) => serverMetrics(out, engine, look()));
  registry.source(processMetrics);
  addStatus(registry, engine, look);
  registry.page('/runs', runsPage(ownRuns(engine.scripts.recorder)));
}
