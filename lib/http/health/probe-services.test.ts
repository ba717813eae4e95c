import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cosignerVkey, vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, ed25519Sign } from "@/lib/crypto/primitives";
import { runForTenant } from "@/lib/env/served-tenant";
import { probeServices } from "@/lib/http/health/probe-services";
import { withProof } from "@/lib/ipc/peer-proof";
import { type ServiceHandler, type ServiceServer, serveHttp } from "@/lib/ipc/server";

const PARTS = ["signer", "custodian", "witness"] as const;
type Name = (typeof PARTS)[number];
const seedOf = (part: Name) => new Uint8Array(32).fill(PARTS.indexOf(part) + 1);
const keyOf = (part: Name) => ({ sign: async (message: Uint8Array) => ed25519Sign(seedOf(part), message) });
const publicKeyOf = (part: Name) => ed25519PublicKey(seedOf(part));
const REPORTS = {
  signer: { size: 7, refusing: { reason: "fork" } },
  custodian: { backup_command: "failed" },
  witness: {},
} as const;
const reportOf =
  (part: Name): ServiceHandler =>
  async () => ({ status: 200, body: REPORTS[part] });

let folder: string;
let servers: ServiceServer[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sp-probe-"));
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close(0)));
  servers = [];
  rmSync(folder, { recursive: true, force: true });
});

const urlOf = (part: Name) => `unix:${path.join(folder, `${part}.sock`)}`;
async function serve(part: Name, handler: ServiceHandler): Promise<void> {
  servers.push(await serveHttp(urlOf(part), handler));
}

/** Probes as a portal that knows these parts by their addresses and keys. */
function probe(more: Readonly<Record<string, string | undefined>> = {}) {
  const variables = {
    ...{ TENANT_ID: "0192d3f4-0000-7000-8000-000000000001", LOG_ORIGIN: "probe.test/log1" },
    ...{ KEY_DIR: folder, DATABASE_URL: "postgresql://u@127.0.0.1:1/x" },
    ...{ SIGNER_URL: urlOf("signer"), LOG_VKEY: vkey("probe.test/log1", publicKeyOf("signer")) },
    CUSTODIAN_URL: urlOf("custodian"),
    CUSTODIAN_VKEY: vkey("probe.test/log1/custodian", publicKeyOf("custodian")),
    WITNESS_URL: urlOf("witness"),
    WITNESS_VKEY: cosignerVkey("probe.test/w1", publicKeyOf("witness")),
    ...more,
  };
  return runForTenant({ name: folder, host: "probe.test", variables }, probeServices);
}
const statesOf = ({ parts }: Awaited<ReturnType<typeof probe>>) =>
  Object.fromEntries(parts.map(({ name, state }) => [name, state]));

it("parts that prove their keys are up, with what signer and custodian report", async () => {
  for (const part of PARTS) await serve(part, withProof(reportOf(part), keyOf(part)));
  const probed = await probe();
  expect(statesOf(probed)).toEqual({ signer: "up", custodian: "up", witness: "up" });
  expect([probed.signer, probed.custodian]).toEqual([REPORTS.signer, REPORTS.custodian]);
});

it.each<[string, (part: Name) => ServiceHandler]>([
  ["without a proof", reportOf],
  ["with the proof of another part's key", (part) => withProof(reportOf(part), keyOf(other(part)))],
])("a program that answers in a part's place %s is down, and its report does not count", async (_how, as) => {
  for (const part of PARTS) await serve(part, as(part));
  const probed = await probe();
  expect(statesOf(probed)).toEqual({ signer: "down", custodian: "down", witness: "down" });
  expect([probed.signer, probed.custodian]).toEqual([{ size: 0 }, {}]);
});

function other(part: Name): Name {
  return part === "signer" ? "custodian" : "signer";
}

it("a part that does not answer is down alone, and an instance without a witness of its own has none down", async () => {
  await serve("custodian", withProof(reportOf("custodian"), keyOf("custodian")));
  const probed = await probe({ WITNESS_URL: undefined, WITNESS_VKEY: undefined });
  expect(statesOf(probed)).toEqual({ signer: "down", custodian: "up" });
});
