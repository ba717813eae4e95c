import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { environments } from "@/lib/env";
import { variablesIn } from "@/lib/env/instance-file";
import { PARTS, type Part } from "@/lib/ipc/part-identity";
import { notRun } from "@/lib/testing/scale";

// The files of deploy/ against lib/env: names, ports, variables and images are the same everywhere.

const ROOT = path.join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
const { version } = z.object({ version: z.string() }).parse(JSON.parse(read("package.json")));
const IMAGE = (part: string) => `sealport-${part}:${version}`;
/** Where each part serves its metrics in its container. */
const METRICS = 9464;
const PORTS: Partial<Record<Part, number>> = { portal: 3000, custodian: 7443, signer: 7444, witness: 7445 };
/** Who calls whom; each pair has a network of its own. */
const CALLS = [
  "portal-custodian",
  "portal-signer",
  "portal-witness",
  "worker-custodian",
  "worker-signer",
  "worker-witness",
];
const DATABASE = ["portal", "worker", "signer"];
/** Read by Node itself or by the reader of the environment. */
const GENERAL = ["INSTANCE_FILE", "MALLOC_ARENA_MAX", "NODE_ENV", "NODE_EXTRA_CA_CERTS"];
const GIVEN_BY_INSTANCE = Object.keys(
  variablesIn({
    format: "sealport/instance/1",
    tenant: "",
    origin: "",
    portal: "",
    keys: {},
    addresses: {},
  }),
);

function pairsOf(lines: readonly string[]): Map<string, string> {
  return new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

function envFile(file: string): Map<string, string> {
  return pairsOf(
    read(file)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#")),
  );
}

/** The variable that this name sets: NAME for NAME_FILE, otherwise the name itself. */
function variableOf(part: Part, name: string): string {
  const { shape } = environments[part];
  return name in shape ? name : name.replace(/_FILE$/, "");
}

/** Variables that the part does not have, and required ones that are not set. */
function faultsOf(part: Part, names: readonly string[]): { unknown: string[]; missing: string[] } {
  const shape: Readonly<Record<string, z.ZodType>> = environments[part].shape;
  const given = names.filter((name) => !GENERAL.includes(name)).map((name) => variableOf(part, name));
  const required = Object.keys(shape).filter((name) => shape[name]?.safeParse(undefined).success === false);
  const fromInstance = names.includes("INSTANCE_FILE") ? GIVEN_BY_INSTANCE : [];
  return {
    unknown: given.filter((name) => !(name in shape)),
    missing: required.filter((name) => !given.includes(name) && !fromInstance.includes(name)),
  };
}

const NONE = { unknown: [], missing: [] };
const containerVariables = (part: Part) => envFile(`deploy/kustomize/base/${part}.env`);
const secretFiles = (variables: ReadonlyMap<string, string>): string[] =>
  [...variables.values()].flatMap((value) => /^\/run\/secrets\/(\w+)$/.exec(value)?.[1] ?? []).sort();

describe("the variables of containers", () => {
  it.each(PARTS)("of the %s all belong to it, and include each one that it needs", (part) => {
    const variables = containerVariables(part);
    expect(faultsOf(part, [...variables.keys()])).toEqual(NONE);
    const page = read("docs/variables.md");
    expect(variables.get("METRICS_URL")).toBe(`http://0.0.0.0:${METRICS}`);
    const own = [...variables.keys()].filter((name) => !GENERAL.includes(name));
    expect(own.filter((name) => !page.includes(`| ${variableOf(part, name)}`))).toEqual([]);
  });
});

const Mount = z.union([z.string(), z.object({ source: z.string(), target: z.string() })]);
const Service = z.looseObject({
  image: z.string(),
  env_file: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  secrets: z.array(Mount).default([]),
  networks: z.array(z.string()),
  user: z.string().optional(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  tmpfs: z.array(z.string()).optional(),
  healthcheck: z.looseObject({ test: z.array(z.string()).optional() }).optional(),
});
const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.looseObject({ internal: z.boolean().optional() })),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

describe("compose.yaml", () => {
  const { services, networks, secrets } = Compose.parse(parse(read("deploy/compose.yaml"), { merge: true }));
  const serviceOf = (name: string) => Service.parse(services[name]);

  it("runs the five parts apart with PostgreSQL 17 and Redis, each read-only and without rights", () => {
    expect(Object.keys(services).sort()).toEqual([...PARTS, "op", "postgres", "proxy", "redis"].sort());
    expect(serviceOf("postgres").image).toMatch(/postgres:17\b/);
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
      expect(service.security_opt).toContain("no-new-privileges:true");
    }
  });

  it.each(PARTS)("gives the %s its image, variables, secrets and health check", (part) => {
    const service = serviceOf(part);
    expect(service).toMatchObject({
      image: IMAGE(part),
      user: "65532:65532",
      env_file: [`kustomize/base/${part}.env`],
    });
    const variables = new Map([...containerVariables(part), ...Object.entries(service.environment)]);
    expect(faultsOf(part, [...variables.keys()])).toEqual(NONE);
    const mounted = service.secrets.map((one) => (typeof one === "string" ? one : one.target));
    expect(mounted.sort()).toEqual(secretFiles(variables));
    if (part !== "worker")
      expect(service.healthcheck?.test).toEqual([
        "CMD",
        "/usr/bin/node",
        `/opt/sealport/${part}/health.mjs`,
        part,
      ]);
  });

  it("declares each secret that a service has, and no other", () => {
    const used = Object.values(services).flatMap((service) =>
      service.secrets.map((one) => (typeof one === "string" ? one : one.source)),
    );
    expect(Object.keys(secrets).sort()).toEqual(used.sort());
  });

  it("has a network for each pair of parts that call each other, with only these two in it, and only the proxy reaches outside", () => {
    const members = (network: string) =>
      Object.entries(services).flatMap(([name, service]) =>
        service.networks.includes(network) ? [name] : [],
      );
    const pairs = [...CALLS, ...DATABASE.map((part) => `${part}-database`), "portal-redis", "op-database"];
    const watched = PARTS.map((part) => `watch-${part}`);
    expect(Object.keys(networks).sort()).toEqual([...pairs, ...watched, "edge", "outside"].sort());
    // A part's metrics are read in a network in which no other part is.
    for (const part of PARTS) expect(members(`watch-${part}`)).toEqual([part]);
    for (const name of watched) expect(networks[name]?.internal, name).toBe(true);
    for (const pair of pairs) {
      const [first = "", second = ""] = pair.split("-");
      expect(members(pair).sort(), pair).toEqual([first, second === "database" ? "postgres" : second].sort());
      expect(networks[pair]?.internal, pair).toBe(true);
    }
    expect(members("edge").sort()).toEqual(["portal", "proxy"]);
    expect(members("outside")).toEqual(["proxy"]);
  });
});

const Manifest = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
const manifestsIn = (file: string) =>
  parseAllDocuments(read(file)).map((document) => Manifest.parse(document.toJS()));

const Workload = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        automountServiceAccountToken: z.literal(false),
        securityContext: z.looseObject({ runAsNonRoot: z.literal(true), runAsUser: z.literal(65_532) }),
        containers: z.tuple([
          z.looseObject({
            image: z.string(),
            envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })),
            ports: z.array(z.looseObject({ containerPort: z.number() })).default([]),
            securityContext: z.looseObject({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.tuple([z.literal("ALL")]) }),
            }),
          }),
        ]),
        volumes: z.array(
          z.looseObject({
            name: z.string(),
            secret: z
              .looseObject({
                secretName: z.string(),
                items: z.array(z.object({ key: z.string(), path: z.string() })),
              })
              .optional(),
          }),
        ),
      }),
    }),
  }),
});
const Peer = z.object({ podSelector: z.object({ matchLabels: z.object({ app: z.string() }) }) });
const Policy = z.looseObject({
  spec: z.looseObject({
    egress: z
      .array(z.object({ to: z.array(Peer).default([]), ports: z.array(z.looseObject({ port: z.number() })) }))
      .default([]),
    ingress: z
      .array(z.object({ from: z.array(Peer), ports: z.array(z.looseObject({ port: z.number() })) }))
      .default([]),
  }),
});

describe("the manifests for Kubernetes", () => {
  it.each(PARTS)("run the %s as its image says, with its secrets and port", (part) => {
    const [workload, service] = manifestsIn(`deploy/kustomize/base/${part}.yaml`);
    const { containers, volumes } = Workload.parse(workload).spec.template.spec;
    const [container] = containers;
    expect(container.image).toBe(IMAGE(part));
    expect(container.envFrom).toEqual([{ configMapRef: { name: `sealport-${part}` } }]);
    expect(container.ports.map(({ containerPort }) => containerPort)).toEqual(
      PORTS[part] === undefined ? [METRICS] : [PORTS[part], METRICS],
    );
    const secret = volumes.find(({ name }) => name === "secrets")?.secret;
    expect(secret?.secretName).toBe(`sealport-${part}`);
    expect(secret?.items.map((item) => item.path).sort()).toEqual(secretFiles(containerVariables(part)));
    expect(service?.kind).toBe(PORTS[part] === undefined ? undefined : "Service");
  });

  it("let each part reach what it calls, at its port, and nothing else", () => {
    const policies = manifestsIn("deploy/kustomize/base/network-policies.yaml");
    const policyOf = (name: string) =>
      Policy.parse(policies.find(({ metadata }) => metadata.name === name)).spec;
    expect(policyOf("sealport-nothing-else")).toMatchObject({ egress: [], ingress: [], podSelector: {} });
    const appOf = (peer: z.infer<typeof Peer>) => peer.podSelector.matchLabels.app.replace("sealport-", "");
    const edges = PARTS.flatMap((part) =>
      policyOf(`sealport-${part}`).egress.flatMap(({ to, ports }) =>
        to.map((peer) => `${part}-${appOf(peer)}:${ports[0]?.port}`),
      ),
    );
    const callee = (pair: string) => PORTS[PARTS.find((part) => pair.endsWith(`-${part}`)) ?? "portal"];
    expect(edges.sort()).toEqual(
      [
        ...CALLS.map((pair) => `${pair}:${callee(pair)}`),
        ...DATABASE.map((part) => `${part}-database:5432`),
        "portal-redis:6379",
      ].sort(),
    );
    const calls = PARTS.flatMap((part) =>
      policyOf(`sealport-${part}`).ingress.flatMap(({ from }) =>
        from.map((peer) => `${appOf(peer)}-${part}`),
      ),
    );
    const watched = PARTS.map((part) => `watcher-${part}`);
    expect(calls.sort()).toEqual([...CALLS, ...watched, "proxy-portal"].sort());
    for (const part of PARTS)
      for (const { from, ports } of policyOf(`sealport-${part}`).ingress) {
        const isWatcher = from.some((peer) => appOf(peer) === "watcher");
        expect(ports.map(({ port }) => port)).toEqual([isWatcher ? METRICS : PORTS[part]]);
      }
  });

  it("are all named by the base, and the example renames only images that exist", () => {
    const Kustomization = z.looseObject({
      resources: z.array(z.string()),
      images: z.array(z.looseObject({ name: z.string(), newTag: z.string() })).default([]),
    });
    const base = Kustomization.parse(parse(read("deploy/kustomize/base/kustomization.yaml")));
    const files = readdirSync(path.join(ROOT, "deploy/kustomize/base")).filter((name) =>
      /(?<!kustomization)\.yaml$/.test(name),
    );
    expect(base.resources.toSorted()).toEqual(files.sort());
    const example = Kustomization.parse(parse(read("deploy/kustomize/overlays/example/kustomization.yaml")));
    expect(example.images.map(({ name, newTag }) => `${name}:${newTag}`).sort()).toEqual(
      PARTS.map(IMAGE).sort(),
    );
  });
});

describe("the Containerfile", () => {
  it("has a target for each part that starts its program as user 65532, and runs nothing while it is built", () => {
    const text = read("deploy/Containerfile");
    for (const part of PARTS) {
      const [, target = ""] = new RegExp(`FROM base AS ${part}\n([\\s\\S]*?)(?:\n\n|$)`).exec(text) ?? [];
      expect(target).toContain(`ENTRYPOINT ["/usr/bin/node", "/opt/sealport/${part}/${part}.mjs"]`);
      expect(/^EXPOSE (\d+)$/m.exec(target)?.[1]).toBe(PORTS[part]?.toString());
    }
    expect(text).toContain("USER 65532:65532");
    expect(text).not.toMatch(/^(RUN|ADD|SHELL)\b/m);
  });
});

const UNITS = readdirSync(path.join(ROOT, "deploy/systemd")).filter((name) => name.endsWith(".service"));
const MEMORY: Partial<Record<Part, string>> = { portal: "1500M", worker: "400M" };
const partOfUnit = (name: string) => PARTS.find((part) => name.startsWith(`sealport-${part}`)) ?? "portal";

describe("the systemd units", () => {
  it("are there for each part; portals and workers may be several", () => {
    const several = ["portal", "worker"];
    const names = PARTS.map((part) => `sealport-${part}${several.includes(part) ? "@" : ""}.service`);
    expect(UNITS.toSorted()).toEqual(names.sort());
  });

  it.each(UNITS)(
    "%s starts node with the part's variables, and lets it write in its own folder alone",
    (unit) => {
      const part = partOfUnit(unit);
      const lines = read(`deploy/systemd/${unit}`).split("\n");
      const all = (name: string) =>
        lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
      const variables = pairsOf(all("Environment"));
      expect(faultsOf(part, [...variables.keys()])).toEqual(NONE);
      const credentials = all("LoadCredential").map((line) => line.split(":")[0]);
      const named = [...variables.values()].flatMap((value) => /^%d\/(\w+)$/.exec(value)?.[1] ?? []);
      expect(credentials.sort()).toEqual(named.sort());
      expect(all("ExecStart")).toEqual([`/usr/bin/node /opt/sealport/${part}/${part}.mjs`]);
      const [folder = ""] = all("StateDirectory");
      expect(folder).toBe(`sealport/${part}${unit.includes("@") ? "-%i" : ""}`);
      expect(all("ReadWritePaths")).toEqual([`/var/lib/${folder}`]);
      expect(all("ProtectSystem")).toEqual(["strict"]);
      expect(all("NoNewPrivileges")).toEqual(["yes"]);
      expect(all("CapabilityBoundingSet")).toEqual([""]);
      expect(all("TimeoutStopSec")).toEqual(["10"]);
      expect(all("MemoryMax")).toEqual([MEMORY[part] ?? "200M"]);
    },
  );

  it("give each serving part a group of its own, with its callers and no other serving part", () => {
    const members = [...read("deploy/systemd/sealport.sysusers.conf").matchAll(/^m sp-(\w+) (\S+)$/gm)];
    for (const part of ["custodian", "signer", "witness"]) {
      const unit = read(`deploy/systemd/sealport-${part}.service`);
      const [, group] = /^Environment=SOCKET_GROUP=(\S+)$/m.exec(unit) ?? [];
      expect(unit).toContain(`\nSupplementaryGroups=${group}\n`);
      const users = members.filter(([, , named]) => named === group).map(([, user]) => user);
      expect(users).toEqual([part, "portal", "worker"]);
    }
  });

  it("are accepted by systemd, where it is installed", () => {
    if (spawnSync("systemd-analyze", ["--version"]).status !== 0) {
      notRun("systemd-analyze is not installed");
      return;
    }
    const folder = mkdtempSync(path.join(tmpdir(), "sp-units-"));
    const files = UNITS.map((name) => {
      const file = path.join(folder, name.replace("@", "@3000"));
      // The program of a release is not on this machine.
      const text = read(`deploy/systemd/${name}`).replace(/^ExecStart=.*$/m, "ExecStart=/bin/true");
      writeFileSync(file, text.replace(/^Documentation=.*\n/m, ""));
      return file;
    });
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...files], {
      encoding: "utf8",
    });
    expect(`${status} ${stderr}`).toBe("0 ");
  });
});

describe("the proxies' files", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sp-proxy-"));
  const site = (name: string) => path.join(folder, name);
  const made = spawnSync("openssl", [
    ...[
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-subj",
      "/CN=x",
    ],
    ...["-keyout", site("site.key"), "-out", site("site.pem")],
  ]);
  const local = (text: string) => text.replaceAll("/etc/sealport/", `${folder}/`);

  it("name two portals at their ports", () => {
    expect(made.status).toBe(0);
    for (const file of ["nginx.conf", "haproxy.cfg"])
      expect(
        [...read(`deploy/proxy/${file}`).matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => port),
      ).toEqual(["3000", "3001"]);
  });

  it.each([
    ["nginx.conf", /proxy_set_header X-Request-Id \$request_id;/, /proxy_set_header traceparent "";/],
    ["haproxy.cfg", /set-header X-Request-Id %\[uuid\]/, /del-header traceparent/],
  ])("%s: a caller chooses neither the id of a request nor its trace", (file, id, trace) => {
    const text = read(`deploy/proxy/${file}`);
    expect(text).toMatch(id);
    expect(text).toMatch(trace);
  });

  it("are accepted by nginx and HAProxy, where they are installed", () => {
    writeFileSync(
      site("site-with-key.pem"),
      `${readFileSync(site("site.pem"))}${readFileSync(site("site.key"))}`,
    );
    // nginx opens its port also for a test, and port 443 is for root alone.
    const server = local(read("deploy/proxy/nginx.conf")).replace(
      "listen 443 ",
      `listen unix:${site("socket")} `,
    );
    const inHttp = `pid ${site("pid")};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${server}}\n`;
    writeFileSync(site("nginx.conf"), inHttp);
    writeFileSync(site("haproxy.cfg"), local(read("deploy/proxy/haproxy.cfg")));
    for (const [command, args] of [
      ["/usr/sbin/nginx", ["-t", "-q", "-c", site("nginx.conf")]],
      ["/usr/sbin/haproxy", ["-c", "-q", "-f", site("haproxy.cfg")]],
    ] as const) {
      const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
      if (error !== undefined) notRun(`${command}, because it is not installed`);
      else expect(`${command} ${status} ${stderr}`).toBe(`${command} 0 `);
    }
  });
});
