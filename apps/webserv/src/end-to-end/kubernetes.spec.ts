// deploy/kubernetes without a cluster: each manifest by the types of the Kubernetes API, what the files say about each other,
// and a server with the configuration of the pods.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadText } from '@webserv/config';
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type {
  Container,
  PersistentVolumeClaim,
  PodSpec,
  Probe,
  Service,
} from 'kubernetes-types/core/v1.d.ts';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts';
import { parse } from 'yaml';
import { Command } from '../testing/command.ts';
import { fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const DEPLOY = resolve(__dirname, '../../../../deploy');
const FOLDER = join(DEPLOY, 'kubernetes');
const TYPES = dirname(require.resolve('kubernetes-types/package.json'));
const TSC = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

interface Kustomization extends Manifest {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly images: readonly { readonly name: string }[];
}

const text = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const kustomization: Kustomization = parse(text('kustomization.yaml'));
const manifests: Manifest[] = kustomization.resources.map((name) => parse(text(name)));

function manifest<T>(kind: string): T {
  const found = manifests.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found as T;
}

const { spec: deployment } = manifest<Deployment>('Deployment');
const pod = deployment?.template.spec as PodSpec;
const [container] = pod.containers as [Container];
const service = manifest<Service>('Service');
const budget = manifest<PodDisruptionBudget>('PodDisruptionBudget');
const claim = manifest<PersistentVolumeClaim>('PersistentVolumeClaim');
const CONF = kustomization.configMapGenerator[0]!.files[0]!;

let site: TestSite;

beforeEach(() => {
  site = new TestSite();
  site.file('www/index.html', 'home');
  site.file('uploads/.keep');
});

afterEach(() => site.close());

/** The configuration of the pods, with the folders of this test. */
const conf = (): string => text(CONF).replaceAll('/srv/', `${site.folder}/`);

/** Returns what is wrong with manifests by the types of the API: types, names of fields, what is missing. */
function complaints(manifests: readonly Manifest[]): string[] {
  const files = manifests.map((each, index) => {
    const { apiVersion, kind } = each;
    const version = apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`;
    const value = JSON.stringify(each, null, 2);
    return site.file(
      `manifest-${index}.ts`,
      `import type { ${kind} } from 'kubernetes-types/${version}';\nexport const manifest: ${kind} = ${value};\n`,
    );
  });
  const paths = { 'kubernetes-types/*': [`${TYPES}/*`] };
  const compilerOptions = { noEmit: true, strict: true, module: 'preserve', types: [], paths };
  site.file('tsconfig.json', JSON.stringify({ compilerOptions, files }));
  const { status, stdout } = spawnSync(process.execPath, [TSC, '-p', site.folder, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').filter((line) => line.includes('error TS'));
  expect(status === 0).toBe(lines.length === 0);
  return lines;
}

describe('the manifests', () => {
  it('are as the API has them', () => {
    expect(complaints(manifests)).toEqual([]);
  });

  it.each<[string, (of: { spec: Record<string, unknown> }) => void, string]>([
    [
      'a field that does not exist',
      ({ spec }) => {
        spec['replica'] = 3;
      },
      `'"replica"' does not exist in type 'DeploymentSpec'`,
    ],
    [
      'a value of another type',
      ({ spec }) => {
        spec['replicas'] = '3';
      },
      "Type 'string' is not assignable to type 'number'",
    ],
    [
      'a field that is missing',
      ({ spec }) => {
        delete spec['selector'];
      },
      "Property 'selector' is missing",
    ],
  ])('would be refused with %s', (_what, spoil, message) => {
    const spoilt = structuredClone(manifest<Manifest & { spec: Record<string, unknown> }>('Deployment'));
    spoil(spoilt);
    expect(complaints([spoilt])).toEqual([expect.stringContaining(message)]);
  });

  it('are all in the kustomization, with the configuration and the image', () => {
    const others = readdirSync(FOLDER).filter((name) => name !== 'kustomization.yaml');
    expect([...kustomization.resources, CONF].sort()).toEqual(others.sort());
    expect(kustomization.images.map(({ name }) => name)).toEqual([container.image]);
  });

  it('mean the same pods', () => {
    const labels = deployment?.template.metadata?.labels;
    expect(labels).toEqual({ app: 'webserv' });
    expect([
      deployment?.selector.matchLabels,
      service.spec?.selector,
      budget.spec?.selector?.matchLabels,
      ...(pod.topologySpreadConstraints ?? []).map(({ labelSelector }) => labelSelector?.matchLabels),
    ]).toEqual([labels, labels, labels, labels]);
    expect(Number(budget.spec?.maxUnavailable)).toBeLessThan(deployment?.replicas ?? 0);
  });

  it('mount what there is, where the image and the configuration look for it', () => {
    const sources = Object.fromEntries(
      (pod.volumes ?? []).map(({ name, configMap, persistentVolumeClaim }) => [
        name,
        configMap?.name ?? persistentVolumeClaim?.claimName,
      ]),
    );
    const mounted = (container.volumeMounts ?? []).map(({ name, mountPath }) => [sources[name], mountPath]);
    const [, command = ''] = /^CMD \["-c", "(.*)"\]$/m.exec(image()) ?? [];
    expect(mounted).toEqual([
      [kustomization.configMapGenerator[0]?.name, dirname(command)],
      [claim.metadata?.name, '/srv/uploads'],
    ]);
    expect(command).toBe(`/etc/webserv/${CONF}`);
    expect(text(CONF)).toContain('upload_path /srv/uploads;');
    expect(image()).toContain(`USER ${pod.securityContext?.runAsUser}:${pod.securityContext?.runAsGroup}\n`);
  });
});

const image = (): string => readFileSync(join(DEPLOY, 'container/Containerfile'), 'utf8');

describe('the configuration of the pods', () => {
  it('is good', async () => {
    const { code } = await new Command(['-t', '-c', site.file(CONF, conf())]).ended;
    expect(code).toBe(0);
  });

  it('has the ports and the times of the manifests', () => {
    const loaded = loadText(conf(), join(site.folder, CONF));
    if (!loaded.ok) throw new Error('the configuration is good');
    const { admin, servers, drainDelay, stopTimeout } = loaded.config;
    expect(container.ports).toEqual([
      { name: 'http', containerPort: servers[0]?.listens[0]?.port },
      { name: 'admin', containerPort: admin?.listen.port },
    ]);
    expect(service.spec?.ports?.map(({ targetPort }) => targetPort)).toEqual(['http']);
    // The pod ends by itself before it is killed, and is out of service before it closes its port.
    expect((pod.terminationGracePeriodSeconds ?? 0) * 1000).toBeGreaterThan(drainDelay + stopTimeout);
    const { periodSeconds = 0, failureThreshold = 0 } = container.readinessProbe as Probe;
    expect(drainDelay).toBeGreaterThan(periodSeconds * failureThreshold * 1000);
  });

  it('serves, stores uploads, and answers the probes', async () => {
    const local = conf()
      .replace('server {', 'error_log off; server { access_log off;')
      .replace('listen 8080', 'listen 127.0.0.1:0')
      .replace('admin 0.0.0.0:9090', 'admin 127.0.0.1:0');
    expect(local).not.toMatch(/8080|9090/);
    const port = site.start(local);
    expect((await fetchOnce(port, get('/'))).body.toString()).toBe('home');
    const upload = 'POST /uploads/a.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
    expect((await fetchOnce(port, upload)).status).toBe(201);
    expect((await fetchOnce(port, get('/uploads/a.txt'))).body.toString()).toBe('abc');

    const door = Number(site.running?.admin?.split(':').at(-1));
    const { startupProbe, readinessProbe, livenessProbe } = container;
    for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
      expect(probe?.httpGet?.port).toBe('admin');
      expect((await fetchOnce(door, get(probe?.httpGet?.path ?? ''))).status).toBe(200);
    }
    // /readyz says 503 from the moment a stop begins: that takes a pod out of service, and must not kill it.
    expect([readinessProbe, livenessProbe].map((probe) => probe?.httpGet?.path)).toEqual([
      '/readyz',
      '/healthz',
    ]);
  });
});

// kubectl may be missing: Debian has none.
const withKubectl = spawnSync('kubectl', ['version', '--client']).status === 0 ? it : it.skip;

withKubectl('kubectl makes of it a deployment with the named configuration and image', () => {
  const { stdout, stderr } = spawnSync('kubectl', ['kustomize', FOLDER], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/kind: ConfigMap\nmetadata:\n {2}name: webserv-\w+\n/);
  expect(stdout).toMatch(/ configMap:\n +name: webserv-\w+\n/);
  expect(stdout).toMatch(/ image: registry\.example\.org\/webserv:\S+\n/);
});
