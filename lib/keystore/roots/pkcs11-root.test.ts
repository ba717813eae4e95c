import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes } from "@/lib/crypto/primitives";
import { type CustodySettings, readCustody } from "@/lib/env/custody";
import { holderOf } from "@/lib/keystore/open-keystore";
import { parsePkcs11Uri } from "@/lib/keystore/roots/pkcs11-uri";
import type { RootCustody } from "@/lib/keystore/roots/root-custody";
import { type CustodyBench, describeCustody } from "@/lib/testing/contracts/custody-contract";
import { makeSoftwareToken, type SoftwareToken } from "@/lib/testing/devices/software-token";

const CONTEXT = { keystore: "ks-one", root: "1" };
const PATIENT = { attempts: 1, callMs: 60_000, pauseMs: 1 };
const SAFE = ["--sensitive", "--private"];

let token: SoftwareToken;
beforeAll(() => {
  token = makeSoftwareToken();
  token.makeKey("root", "01", ...SAFE);
  token.makeKey("other", "02", ...SAFE);
});
afterAll(() => token?.close());

function settingsOf(uri: string, variables: Readonly<Record<string, string>> = {}): CustodySettings {
  return readCustody({
    SEALPORT_CUSTODY: `pkcs11:${uri}`,
    PKCS11_PIN: token.pin,
    PKCS11_ENV: token.environment,
    PKCS11_TOOL: token.tool,
    ...variables,
  });
}

async function custodyOf(uri: string, variables?: Readonly<Record<string, string>>): Promise<RootCustody> {
  return (await holderOf(settingsOf(uri, variables), PATIENT)).custody;
}

async function tokenBench(): Promise<CustodyBench> {
  return {
    settings: settingsOf(token.uri("root")),
    otherKey: settingsOf(token.uri("other")),
    secrets: [token.pin],
    disable: async () => token.fail("blind"),
    enable: async () => token.fail(undefined),
    service: { fail: token.fail, calls: token.calls },
    close: async () => undefined,
  };
}

describeCustody("PKCS#11, SoftHSM", { isService: true, start: tokenBench });

test("a key is named by token, label and id, and may be found by label or id", async () => {
  const byLabel = await custodyOf(token.uri("root"));
  expect(await byLabel.health()).toEqual({ key: "sealport test/root/01" });
  const byId = await custodyOf(token.uri("root").replace("object=root", "id=%01"));
  const wrapped = await byLabel.wrap(CONTEXT, randomBytes(32));
  expect(await byId.unwrap(CONTEXT, wrapped)).toEqual(await byLabel.unwrap(CONTEXT, wrapped));
});

test("a wrong PIN is denied after one attempt, because tokens count them, and is in no message", async () => {
  const custody = await custodyOf(token.uri("root"), { PKCS11_PIN: "99887766" });
  token.fail(undefined);
  const error = await custody.health().catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: "keystore.denied" });
  expect(String(error)).not.toContain("99887766");
  expect(token.calls()).toBe(1);
});

test("the PIN can come from a file", async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "sealport-pin-"));
  const file = path.join(dir, "pin");
  writeFileSync(file, `${token.pin}\n`);
  const custody = await custodyOf(token.uri("root"), { PKCS11_PIN_FILE: file, PKCS11_PIN: "99887766" });
  expect((await custody.health()).key).toBe("sealport test/root/01");
  rmSync(dir, { recursive: true });
  await expect(custody.health()).rejects.toMatchObject({ code: "keystore.denied" });
});

test("a key that is missing, doubled, shares its id, or can leave its token is refused with its reason", async () => {
  token.makeKey("twice", "03", ...SAFE);
  token.makeKey("twice", "04", ...SAFE);
  token.makeKey("loose", "05", "--extractable");
  token.makeKey("shadow", "06", ...SAFE);
  token.makeKey("shadowed", "06", ...SAFE);
  for (const name of ["absent", "twice", "loose", "shadowed"]) {
    const custody = await custodyOf(token.uri(name));
    await expect(custody.wrap(CONTEXT, randomBytes(32)), name).rejects.toMatchObject({
      code: "keystore.disabled",
    });
  }
});

test("a missing token, module or tool is unavailable", async () => {
  const absent = [
    await custodyOf(token.uri("root").replace("sealport", "other")),
    await custodyOf(token.uri("root").replace("libsofthsm2", "libabsent")),
    await custodyOf(token.uri("root"), { PKCS11_TOOL: "/absent/pkcs11-tool" }),
  ];
  for (const custody of absent)
    await expect(custody.health()).rejects.toMatchObject({ code: "keystore.unavailable" });
});

test.each([
  "token=t;object=o",
  "object=o?module-path=/m.so",
  "token=t?module-path=/m.so",
  "token=t;object=o?module-path=/m.so&pin-value=1234",
  "token=t;token=u;object=o?module-path=/m.so",
  "token=t;object=%zz?module-path=/m.so",
  "token=t;object=o;type=private?module-path=/m.so",
  "token=t;object=o?module-path=/m.so?x=1",
])("%s is refused as the place of a key", (uri) => {
  expect(() => parsePkcs11Uri(uri)).toThrow(/SEALPORT_CUSTODY=pkcs11/);
});
