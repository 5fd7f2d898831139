import { runContract } from './run.contract.ts';
import { TestApplication } from './testing/application.ts';

runContract('children', async () => ({ runner: '', close: async () => {} }));

runContract('an application', async (world) => {
  const application = await new TestApplication(world.socket('application')).listen();
  return { runner: `fastcgi:${application.path}`, close: () => application.close() };
});
