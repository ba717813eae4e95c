import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { issueBy, makeAuthority } from "@/e2e/support/deployment/certificates";
import { usePartIdentity } from "@/lib/ipc/part-identity";
import { serveHttp } from "@/lib/ipc/server";
import { askOwnHealth } from "@/lib/launch/own-health";
import { findFreePort } from "@/lib/testing/instance/instance";

let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "sp-health-"));
  const authority = await makeAuthority(dir, "parts");
  const own = await issueBy(authority, dir, "custodian");
  const variables = {
    LOG_ORIGIN: "log.test/a",
    TENANT_ID: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f",
    KEY_DIR: dir,
    DATA_DIR: dir,
    SIGNER_DATABASE_URL: "postgresql://none",
    SIGNER_URL: `unix:${dir}/s.sock`,
    CUSTODIAN_URL: `mtls://custodian.invalid:${await findFreePort()}`,
    SERVE_HOST: "0.0.0.0",
    PORT: String(await findFreePort()),
    TLS_CERT_FILE: own.certificate,
    TLS_KEY_FILE: own.key,
    TLS_CA_FILE: authority.certificate,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  usePartIdentity("custodian", {
    certificate: own.certificate,
    key: own.key,
    authority: authority.certificate,
  });
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

const well = async () => ({ status: 200, body: {} });

it("a part that serves mtls:// at all addresses is well, whatever name its callers use, until it ends", async () => {
  const served = await serveHttp(process.env.CUSTODIAN_URL ?? "", well, { host: "0.0.0.0" });
  await askOwnHealth("custodian");
  await served.close();
  await expect(askOwnHealth("custodian")).rejects.toThrow();
});

it("a part with the certificate of another part is not well, and says so", async () => {
  await expect(askOwnHealth("signer")).rejects.toThrow("TLS_CERT_FILE");
});

it("the worker serves no address", async () => {
  await expect(askOwnHealth("worker")).rejects.toThrow("/readyz");
});
