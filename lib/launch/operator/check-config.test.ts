import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, ed25519Sign } from "@/lib/crypto/primitives";
import { requireOwnKey } from "@/lib/env/instance-file";
import { variablesOf } from "@/lib/env/read-environment";
import { whoRuns } from "@/lib/http/health/who-runs";
import { withProof } from "@/lib/ipc/peer-proof";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { KEK_NAMES } from "@/lib/keystore/files/keystore-file";
import { checkConfig, partNamed } from "@/lib/launch/operator/check-config";
import { checkNames } from "@/lib/launch/operator/check-names";
import { reasonOf, type SocketView } from "@/lib/launch/operator/check-peers";
import { addKeys, newInstanceText } from "@/lib/launch/operator/write-instance-file";
import { createTestKeyFolder } from "@/lib/testing/benches/audit-bench";

const ORIGIN = "portal.example.org/log1";
const keyOf = (name: string, fill: number) => vkey(name, new Uint8Array(32).fill(fill));
const seedOf = (fill: number) => new Uint8Array(32).fill(fill);
let dir: string;
let custodian: ServiceServer | undefined;
const file = (name: string): string => path.join(dir, name);

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "sp-op-"));
  const address = `custodian=unix:${file("c.sock")}`;
  writeFileSync(
    file("instance.json"),
    newInstanceText({ origin: ORIGIN, portal: "https://portal.example.org", addresses: [address] }),
  );
  vi.stubEnv("INSTANCE_FILE", file("instance.json"));
  // Variables of a test run are not an operator's.
  vi.stubEnv("SEALPORT_DEEP", undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await custodian?.close(0);
  custodian = undefined;
  rmSync(dir, { recursive: true, force: true });
});

function printed(name: string, key: string, vkeyText: string): string {
  writeFileSync(file(name), JSON.stringify({ vkeys: { [key]: vkeyText } }));
  return file(name);
}

describe("the instance file", () => {
  it("gives each part its public variables, and a part's own may not contradict them", () => {
    addKeys(file("instance.json"), [
      printed("signer", "log", keyOf(ORIGIN, 1)),
      printed("cust", "identity", keyOf(`${ORIGIN}/custodian`, 2)),
    ]);
    expect(variablesOf([])).toMatchObject({
      LOG_ORIGIN: ORIGIN,
      LOG_VKEY: keyOf(ORIGIN, 1),
      CUSTODIAN_VKEY: keyOf(`${ORIGIN}/custodian`, 2),
      CUSTODIAN_URL: `unix:${file("c.sock")}`,
      PORTAL_ORIGIN: "https://portal.example.org",
    });
    vi.stubEnv("LOG_ORIGIN", "portal.example.org/log2");
    expect(() => variablesOf([])).toThrow("LOG_ORIGIN contradicts INSTANCE_FILE");
  });

  it("names who runs the parts, for the page Trust", () => {
    const input = { origin: ORIGIN, portal: "https://portal.example.org", addresses: [] };
    writeFileSync(file("instance.json"), newInstanceText({ ...input, runBy: ["custodian=A notary = ours"] }));
    expect(whoRuns()).toEqual({
      runBy: { custodian: "A notary = ours" },
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(() => newInstanceText({ ...input, runBy: ["mars=x"] })).toThrow("run_by");
  });

  it("takes another key of a part only once, and a part with another key than its own refuses", () => {
    addKeys(file("instance.json"), [printed("signer", "log", keyOf(ORIGIN, 1))]);
    addKeys(file("instance.json"), [printed("signer", "log", keyOf(ORIGIN, 1))]);
    // Every part's user reads it.
    expect(statSync(file("instance.json")).mode & 0o777).toBe(0o644);
    expect(() => addKeys(file("instance.json"), [printed("other", "log", keyOf(ORIGIN, 3))])).toThrow(
      /another key of the signer already. To replace it, remove "signer" from its "keys"/,
    );
    expect(() => requireOwnKey("signer", keyOf(ORIGIN, 1))).not.toThrow();
    expect(() => requireOwnKey("signer", keyOf(ORIGIN, 3))).toThrow(/KEY_DIR has another key/);
  });

  it.each([
    ["is not JSON", "{"],
    [
      "is not an instance file: see tenant",
      JSON.stringify({
        format: "sealport/instance/1",
        tenant: "x",
        origin: ORIGIN,
        portal: "https://p.example",
        keys: {},
        addresses: {},
      }),
    ],
  ])("one that %s is named", (fault, text) => {
    writeFileSync(file("instance.json"), text);
    expect(() => variablesOf([])).toThrow(fault);
  });

  it.each([
    [{ origin: ORIGIN, portal: "http://portal.example.org", addresses: [] }, "portal (begin with https://"],
    [
      { origin: ORIGIN, portal: "https://p.example", addresses: ["custodian=tcp:1"] },
      "addresses.custodian (not a service address",
    ],
    [{ origin: ORIGIN, portal: "https://p.example", addresses: ["mars=unix:/x"] }, "addresses"],
  ])("is not made with a value that no part could use: %o", (input, fault) => {
    expect(() => newInstanceText(input)).toThrow(fault);
  });
});

describe("config check", () => {
  const faults = async () =>
    Object.fromEntries(
      (await checkConfig("portal")).flatMap(({ what, fault }) =>
        fault === undefined ? [] : [[what, fault]],
      ),
    );

  async function portalVariables(): Promise<void> {
    const { dir: keyDir } = await createTestKeyFolder("portal", ORIGIN);
    addKeys(file("instance.json"), [
      printed("signer", "log", keyOf(ORIGIN, 1)),
      printed("cust", "identity", vkey(`${ORIGIN}/custodian`, ed25519PublicKey(seedOf(2)))),
    ]);
    const own = {
      KEY_DIR: keyDir,
      KEK_PASSPHRASE: "x",
      DATA_DIR: dir,
      DATABASE_URL: "postgresql://a:b@127.0.0.1:1/x",
    };
    for (const [name, value] of Object.entries(own)) vi.stubEnv(name, value);
    // The test run's own variables, which no part reads.
    for (const name of ["SEALPORT_CASES", "SEALPORT_DEEP"]) vi.stubEnv(name, undefined);
  }

  async function serveCustodian(fill: number): Promise<void> {
    const handler = async () => ({ status: 200, body: {} });
    const key = { sign: async (message: Uint8Array) => ed25519Sign(seedOf(fill), message) };
    custodian = await serveHttp(`unix:${file("c.sock")}`, withProof(handler, key));
  }

  it("says what is at fault, by name: here the database alone", async () => {
    await portalVariables();
    await serveCustodian(2);
    const found = await faults();
    expect(Object.keys(found)).toEqual(["DATABASE_URL"]);
    expect(found.DATABASE_URL).toMatch(/cannot be reached/);
  });

  it("a custodian with another key and a missing variable are faults", async () => {
    await portalVariables();
    await serveCustodian(9);
    vi.stubEnv("DATABASE_URL", undefined);
    const found = await faults();
    expect(found).toMatchObject({
      DATABASE_URL: "is missing",
      [`CUSTODIAN_URL unix:${file("c.sock")}`]:
        "does not prove its key: another one, or another program, answers there",
    });
  });

  it("a part that was started with another instance file is a fault", async () => {
    await portalVariables();
    await serveCustodian(2);
    writeFileSync(file("instance.json"), `${readFileSync(file("instance.json"), "utf8")}\n`);
    expect((await faults())[`CUSTODIAN_URL unix:${file("c.sock")}`]).toMatch(/another instance file/);
  });

  it.each([
    ["KEK_FILE", "kek"],
    ["TLS_KEY_FILE", "tls.key"],
    ["TENANTS_DIR", "harbour.env"],
  ])("a secret file that others can read is a fault, and its variable is named: %s", async (name, secret) => {
    await portalVariables();
    const value = name === "TENANTS_DIR" ? dir : file(secret);
    vi.stubEnv(name, value);
    writeFileSync(file(secret), "x=1");
    chmodSync(file(secret), 0o640);
    expect((await faults())[`${name} ${value}`]).toBe(`${secret} can be used by others: mode 640`);
    chmodSync(file(secret), 0o400);
    expect((await faults())[`${name} ${value}`]).toBeUndefined();
  });

  it.each([
    ["does not exist", undefined],
    ["cannot be run by this user", 0o600],
    ["copy can be used by others: mode 777", 0o777],
    [undefined, 0o755],
  ])("a custodian's BACKUP_COMMAND %s", async (fault, mode) => {
    vi.stubEnv("INSTANCE_FILE", undefined);
    vi.stubEnv("BACKUP_COMMAND", `${file("copy")} --to /mnt`);
    if (mode !== undefined) {
      writeFileSync(file("copy"), "");
      chmodSync(file("copy"), mode);
    }
    const found = await checkConfig("custodian");
    expect(found.find(({ what }) => what === `BACKUP_COMMAND ${file("copy")}`)).toEqual({
      what: `BACKUP_COMMAND ${file("copy")}`,
      ...(fault === undefined ? {} : { fault }),
    });
  });

  it("a part that serves at mtls:// has a certificate, and the folders of its data and of other parts' keys exist", async () => {
    vi.stubEnv("INSTANCE_FILE", undefined);
    vi.stubEnv("CUSTODIAN_URL", "mtls://custodian.example.org:7443");
    vi.stubEnv("SIGNER_URL", "mtls://signer.example.org:7443");
    vi.stubEnv("DATA_DIR", file("none"));
    vi.stubEnv("SOCKET_GROUP", "no-such-group");
    const found = await checkConfig("custodian", [file("other")]);
    expect(found).toContainEqual({
      what: "TLS_CERT_FILE",
      fault: "is missing, and CUSTODIAN_URL begins with mtls://",
    });
    expect(found).toContainEqual({
      what: `DATA_DIR ${file("none")}`,
      fault: "does not exist: make it for this part's user, mode 0700",
    });
    expect(found.find(({ what }) => what === `keys of ${file("other")}`)?.fault).toContain(
      "no readable keystore",
    );
    const group = found.find(({ what }) => what === "SOCKET_GROUP no-such-group");
    expect(group?.fault).toContain("a group that this machine does not have");
  });

  it("a part whose user cannot make the folder of its socket says so, and so does its start", async () => {
    const socket = "/dev/null/run/c.sock";
    vi.stubEnv("INSTANCE_FILE", undefined);
    vi.stubEnv("CUSTODIAN_URL", `unix:${socket}`);
    const fault = `this part's address (INSTANCE_FILE) needs the folder ${path.dirname(socket)}: make it for this part's user`;
    expect(await checkConfig("custodian")).toContainEqual({ what: `CUSTODIAN_URL unix:${socket}`, fault });
    await expect(serveHttp(`unix:${socket}`, async () => ({ status: 200 }))).rejects.toThrow(fault);
  });

  const lineOf = async (part: "portal" | "custodian" | "signer", what: string) =>
    (await checkConfig(part)).find((one) => one.what === what);

  it.each([
    ["TRUSTED_PROXYS", "is not a variable of Sealport. Do you mean TRUSTED_PROXIES?"],
    ["KEK_FIEL", "is not a variable of Sealport. Do you mean KEK_FILE?"],
    ["CLAMD_PATH", "is not a variable of Sealport"],
    ["SIGNER_DATABASE_URLS", "is not a variable of Sealport. Do you mean SIGNER_DATABASE_URL?"],
  ])(
    "a variable that no program reads is a fault, and the one that is meant is named: %s",
    async (name, fault) => {
      vi.stubEnv(name, "x");
      expect(await lineOf("portal", name)).toEqual({ what: name, fault });
    },
  );

  it.each([
    "SMTP_URL_FILE",
    "CUSTODIAN_PORT_7443_TCP_ADDR",
    "SIGNER_SERVICE_HOST",
    "HOSTS",
    "OTEL_SERVICE_NAME",
    "ESCROW_ROTATION_DAYS",
  ])("a variable of another program or part, or of a cluster, is no fault: %s", (name) => {
    expect(checkNames({ [name]: "x" })).toEqual([]);
  });

  it.each([
    ["SMTP_URL", "smtp://mail.example.org", "SMTP_FROM"],
    ["SMTP_FROM", "portal@example.org", "SMTP_URL"],
  ])("%s without its other half is a fault of the portal", async (name, value, missing) => {
    await portalVariables();
    vi.stubEnv(name, value);
    expect((await faults())[missing]).toBe(`is missing, and ${name} is set: the portal does not start`);
  });

  it("a part with keys that has neither key file, passphrase nor key service is at fault", async () => {
    await portalVariables();
    vi.stubEnv("KEK_PASSPHRASE", undefined);
    expect((await faults()).KEK_FILE).toMatch(
      /^is missing: set KEK_FILE or KEK_PASSPHRASE, or SEALPORT_CUSTODY/,
    );
    vi.stubEnv("KEK_FILE", file("none.key"));
    expect((await faults())[`KEK_FILE ${file("none.key")}`]).toMatch(/^does not exist/);
  });

  it("a key file next to a token or key service is a warning that it opens nothing, unless keys are being moved", async () => {
    await portalVariables();
    const kek = file("kek.key");
    writeFileSync(kek, "x", { mode: 0o600 });
    vi.stubEnv("KEK_FILE", kek);
    vi.stubEnv("SEALPORT_CUSTODY", "transit:portal");
    // Its keystore still has a root that the key file opens.
    expect(await lineOf("portal", `KEK_FILE ${kek}`)).toEqual({ what: `KEK_FILE ${kek}` });
    const root = {
      n: 1,
      state: "current",
      custody: { kind: "transit", name: "portal", key: "v1", wrapped: "x" },
    };
    const keks = KEK_NAMES.map((name) => ({ name, id: name, sealed: "x" }));
    mkdirSync(file("moved"));
    vi.stubEnv("KEY_DIR", file("moved"));
    writeFileSync(
      file("moved/keystore.json"),
      JSON.stringify({ v: 2, id: "AAAAAAAAAAAAAAAAAAAAAA", roots: [{ ...root, check: "x", keks }] }),
    );
    expect(await lineOf("portal", `KEK_FILE ${kek}`)).toEqual({
      what: `KEK_FILE ${kek}`,
      warning: "opens nothing: the keys are held by transit:portal",
    });
    expect(await lineOf("portal", "SEALPORT_CUSTODY transit:portal")).toEqual({
      what: "SEALPORT_CUSTODY transit:portal",
    });
  });

  it("a scanner's socket that does not exist or is a file is a fault", async () => {
    await portalVariables();
    const what = `CLAMD_SOCKET ${file("clamd.sock")}`;
    vi.stubEnv("CLAMD_SOCKET", file("clamd.sock"));
    expect((await faults())[what]).toMatch(/^does not exist/);
    writeFileSync(file("clamd.sock"), "");
    expect((await faults())[what]).toMatch(/^is not a socket/);
    rmSync(file("clamd.sock"));
    const server = createServer().listen(file("clamd.sock"));
    await once(server, "listening");
    expect(await lineOf("portal", what)).toEqual({ what });
    server.close();
  });

  it("a part that serves at a socket without SOCKET_GROUP warns where the instance has parts apart", async () => {
    expect((await lineOf("custodian", "SOCKET_GROUP"))?.warning).toContain(
      "only this part's user can call it",
    );
    vi.stubEnv("SOCKET_GROUP", String(process.getgid?.()));
    expect(await lineOf("custodian", "SOCKET_GROUP")).toBeUndefined();
    expect(await lineOf("portal", "SOCKET_GROUP")).toBeUndefined();
  });

  describe("a peer that cannot be called", () => {
    const said = async () => (await faults())[`CUSTODIAN_URL unix:${file("c.sock")}`];

    it("does not run where its socket is missing or left over", async () => {
      await portalVariables();
      expect(await said()).toBe(`is not running: no socket ${file("c.sock")}`);
      const left = spawnSync(process.execPath, [
        "-e",
        `require("node:net").createServer().listen(${JSON.stringify(file("c.sock"))}, () => process.kill(process.pid, 9))`,
      ]);
      expect(left.signal).toBe("SIGKILL");
      expect(await said()).toBe(`is not running: no process serves at the socket ${file("c.sock")}`);
    });

    it("has a reason that says what this user may do: its folder closed, its socket closed, its group", () => {
      const socket = "/run/sealport/custodian/c.sock";
      const folder = path.dirname(socket);
      const at = (view: Partial<SocketView>) =>
        reasonOf(socket, {
          exists: () => true,
          may: () => true,
          group: () => undefined,
          isServed: () => true,
          ...view,
        });
      expect(at({ may: (what) => what !== folder, isServed: () => false })).toMatch(
        /^is not running: .* Start it first/,
      );
      expect(at({ may: (what) => what !== folder, isServed: () => false, group: () => 990 })).toMatch(
        /^is not running: .* Start it first/,
      );
      expect(at({ may: (what) => what !== folder })).toBe(
        `runs, but this user has no rights to the folder ${folder}: set SOCKET_GROUP at that part, and restart it`,
      );
      expect(at({ may: (what) => what !== folder, group: () => 990 })).toContain(
        "add this user to the group 990",
      );
      expect(at({ may: (what) => what !== socket, group: () => 990 })).toContain(
        `no rights to the socket ${socket}`,
      );
      expect(at({})).toBeUndefined();
    });
  });

  it("knows five parts", () => {
    expect(partNamed("signer")).toBe("signer");
    expect(() => partNamed("mars")).toThrow(/portal, worker, signer, custodian, witness/);
  });
});
