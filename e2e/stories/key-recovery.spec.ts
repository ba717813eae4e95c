import { createHash } from "node:crypto";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { type GeneralJWE, generalDecrypt, importJWK } from "jose";
import { spokenGroups } from "@/lib/digests";
import { createKeyHolder, type KeyHolder } from "@/lib/testing/devices/key-holder";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { type Caller, caller, type Demo, people, readDemo } from "../support/api";
import { axeFindings } from "../support/axe";
import { type ClientHeldKey, hold, ok } from "../support/client-held-key";
import { pressOn } from "../support/keyboard";
import { visit } from "../support/page";
import { accountOf } from "../support/sign-in";
import { signedIn } from "../support/signed-in";
import { pictures } from "../support/take-pictures";

// A participant has lost the key that its own program held. Two people on the custodian's roster agree, its program proves a new one, and
// the custodian re-wraps for it what was sealed with the lost one.
test.describe.configure({ mode: "serial", timeout: 300_000 });
test.use({ actionTimeout: 60_000 });

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PATIENCE = { timeout: 90_000 };
const PARTICIPANT = "client-123";

let instance: RunningInstance;
let demo: Demo;
let own: Caller;
let lost: ClientHeldKey;
let transaction: string;
const at = (address: string) => new URL(address, demo.base_url).href;
const calls = () => `/confidential/keys/${lost.id}/recovery`;
const open = (browser: Browser, handle: string) => signedIn(browser, handle, DESKTOP, demo);
const region = (page: Page) => page.getByRole("region", { name: "Recovery", exact: true });
const dialog = (page: Page) => page.getByRole("dialog");
const report = (page: Page) => page.getByRole("region", { name: "Report loss and request recovery" });
const toKey = (page: Page) => visit(page, at(`/keys/${lost.id}`));

test.beforeAll(async () => {
  instance = await startInstance({});
  demo = readDemo(instance.dataDir);
  own = caller(demo.base_url, accountOf(PARTICIPANT, demo).api_key);
  lost = await hold(own, PARTICIPANT);
  const submitted = ok(
    await people(demo).miner789.post("/confidential/transactions", {
      job_id: "job-lost",
      amount: "12",
      currency: "EUR",
      participants: [PARTICIPANT],
      confidential: true,
    }),
  );
  transaction = String(submitted.transaction_id);
  // All wraps of the key before the lost one have moved to the lost one, because a recovery cannot begin before.
  const rotations = async () =>
    (await own.get(`/confidential/rotations?participant_id=${PARTICIPANT}`)).json.items as {
      state: string;
    }[];
  await expect
    .poll(async () => (await rotations()).map(({ state }) => state), PATIENCE)
    .toEqual(["completed"]);
});
test.afterAll(() => instance?.stop());

/** Returns the RFC 7638 thumbprint, as the holder's program computes it. */
const thumbprint = (x: string) =>
  createHash("sha256")
    .update(JSON.stringify({ crv: "X25519", kty: "OKP", x }))
    .digest("base64url");

const ask = async (next: KeyHolder) =>
  ok(await own.post(calls(), { public_key: next.publicKey, reason: "The laptop with it was lost." }));

async function challenged(): Promise<Parameters<KeyHolder["answer"]>[0]> {
  const answer = ok(await own.post(`${calls()}/challenge`));
  return (answer as { challenge: Parameters<KeyHolder["answer"]>[0] }).challenge;
}

/** Returns what another program, npm's jose, reads in the transaction's envelopes with a client-held key. */
async function opened({ publicKey, pair }: KeyHolder): Promise<string> {
  const answer = ok(await own.get(`/confidential/transactions/${transaction}/envelopes`));
  const { items } = answer as { items: readonly { jwe: GeneralJWE }[] };
  const key = await importJWK(
    { kty: "OKP", crv: "X25519", x: publicKey, d: pair.privateKey },
    "ECDH-ES+A256KW",
  );
  const texts = await Promise.all(items.map(async ({ jwe }) => (await generalDecrypt(jwe, key)).plaintext));
  return texts.map((bytes) => new TextDecoder().decode(bytes)).join("\n");
}

test("only its participant asks for a recovery, and a person who refuses one gives a reason", async ({
  browser,
}) => {
  const { miner789 } = people(demo);
  const next = createKeyHolder();
  const foreign = await miner789.post(calls(), { public_key: next.publicKey, reason: "It is mine." });
  expect([403, 404]).toContain(foreign.status);
  await ask(next);
  const { page, faults } = await open(browser, "coordinator-001:legal");
  await toKey(page);
  await region(page).getByRole("button", { name: "Refuse" }).click();
  await dialog(page).getByRole("button", { name: "End recovery" }).click();
  await expect(dialog(page).getByLabel("Reason")).toBeFocused();
  expect(await axeFindings(page)).toEqual([]);
  await dialog(page).getByLabel("Reason").fill("No one answered at the number in the contract.");
  await dialog(page).getByRole("button", { name: "End recovery" }).click();
  await expect(region(page)).toContainText("Refused");
  await expect(region(page)).toContainText("No one answered");
  await expect(region(page).getByRole("button", { name: /Sign|Refuse|Withdraw/ })).toHaveCount(0);
  await pictures(page, "recovery-refused");
  const owner = await open(browser, PARTICIPANT);
  await toKey(owner.page);
  await expect(report(owner.page)).toBeVisible();
  await owner.page.context().close();
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("two people sign by keyboard, the program proves its new key, and reads what was sealed with the lost one", async ({
  browser,
}) => {
  const next = createKeyHolder();
  await ask(next);
  const owner = await open(browser, PARTICIPANT);
  await toKey(owner.page);
  await expect(region(owner.page)).toContainText("Waiting for signatures");
  // It is reported: the page does not ask for that again.
  await expect(report(owner.page)).toHaveCount(0);
  await expect(region(owner.page)).toContainText("not yet");
  await expect(region(owner.page).getByRole("button", { name: "Sign", exact: true })).toHaveCount(0);
  await expect(region(owner.page).getByRole("button", { name: "Withdraw" })).toBeVisible();
  expect(await axeFindings(owner.page)).toEqual([]);
  await pictures(owner.page, "recovery-asked");
  const support = await open(browser, "coordinator-001:support");
  await toKey(support.page);
  await expect(support.page.getByRole("button", { name: "Sign", exact: true })).toHaveCount(0);

  const early = await own.post(`${calls()}/challenge`);
  expect(early.status, early.text).toBeGreaterThanOrEqual(400);
  for (const handle of ["coordinator-001:legal", "coordinator-001:approve"]) {
    const { page, faults } = await open(browser, handle);
    // The home leads there.
    await visit(page, at("/"));
    const waiting = page.getByRole("listitem").filter({ hasText: "Sign the recovery of a lost key" });
    await waiting.getByRole("link", { name: /View recovery/ }).click();
    await page.waitForURL(`**/keys/${lost.id}`);
    const sign = region(page).getByRole("button", { name: "Sign", exact: true });
    await expect(sign).toBeEnabled();
    await pressOn(sign);
    await expect(dialog(page)).toContainText("Agree to the recovery of");
    // The dialog of agreement shows what people compare by telephone.
    await expect(dialog(page)).toContainText(spokenGroups(thumbprint(next.publicKey), 16));
    expect(await axeFindings(page)).toEqual([]);
    if (handle.endsWith("legal")) await pictures(page, "recovery-sign");
    await page.keyboard.press("Escape");
    await expect(sign).toBeFocused();
    await page.keyboard.press("Enter");
    await pressOn(dialog(page).getByRole("button", { name: "Agree", exact: true }));
    await expect(dialog(page)).toHaveCount(0);
    await expect(sign).toHaveCount(0);
    expect(faults()).toEqual([]);
    await page.context().close();
  }

  await toKey(owner.page);
  await expect(region(owner.page)).toContainText("2 of 2");
  await expect(region(owner.page)).toContainText("Waiting for the proof of the new key");
  await expect(owner.page.getByRole("region", { name: "Answer the challenge" })).toContainText("client_tag");
  expect(await axeFindings(owner.page)).toEqual([]);
  await pictures(owner.page, "recovery-proof");
  await challenged();
  const guess = await own.post(`${calls()}/proof`, { client_tag: "A".repeat(43) });
  expect(guess.status, guess.text).toBeGreaterThanOrEqual(400);
  ok(await own.post(`${calls()}/proof`, { client_tag: next.answer(await challenged()) }));
  await expect(region(owner.page)).toContainText("Completed", PATIENCE);
  await expect(region(owner.page)).toContainText(/for the new key\s*([1-9]\d*) of \1\D/);
  await expect(owner.page.getByRole("main")).toContainText("It has no sealed data left.");
  for (const sample of [report(owner.page), owner.page.getByRole("region", { name: "Register successor" })])
    await expect(sample).toHaveCount(0);
  expect(await axeFindings(owner.page)).toEqual([]);
  await pictures(owner.page, "recovery-completed");

  expect(await opened(next)).toContain('"amount":"12"');
  expect(owner.faults()).toEqual([]);
  for (const one of [owner, support]) await one.page.context().close();
});
