import { type Browser, expect, type Locator, test } from "@playwright/test";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { asSuperuser } from "../support/admin";
import { type Demo, people, readDemo } from "../support/api";
import { axeFindings } from "../support/axe";
import { read as typeOrder } from "../support/deciding";
import { escalate } from "../support/overdue";
import { BUDGETS } from "../support/start-instances";
import { challengeOf, confirmIn, registerPasskey, type SignedIn, signedIn } from "../support/statements";
import { canaries, fileRequest, orderFacts, submitTransaction } from "../support/steps";

// Release, its end, emergency access, its review and a dispute, each signed in the pages' dialogs with a passkey that the custodian knows.

// Its own instance: the portal no longer signs for a person who enrolled a key, which would affect other specs.
test.describe.configure({ mode: "serial" });

const REASON = "Settlement stands still and the counterparty is unknown.";
const GLASS = "/confidential/access/break-glass";

let instance: RunningInstance;
let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  instance = await startInstance({ env: { RATE_BUDGETS: BUDGETS } });
  demo = readDemo(instance.dataDir);
});
test.afterAll(() => instance?.stop());

const at = (path: string): string => new URL(path, demo.base_url).href;

interface Signer extends SignedIn {
  readonly section: Locator;
  /** Errors and warnings that the browser reported. */
  readonly faults: readonly string[];
}

/**
 * Returns a person with an enrolled passkey. Every passkey except the first was confirmed by `confirmer`, with their
 * own key.
 */
async function enrolled(
  browser: Browser,
  handle: string,
  confirmer: SignedIn,
  word: string,
): Promise<Signer> {
  const who = await signedIn(await browser.newContext({ timezoneId: "Europe/Berlin" }), handle, demo);
  const faults: string[] = [];
  who.page.on("pageerror", ({ message }) => faults.push(message));
  who.page.on("console", (message) => {
    if (message.type() === "error") faults.push(`${message.text()} ${message.location().url}`);
  });
  await registerPasskey(who, `Key of ${handle}`);
  await who.page.goto(at("/account/security"));
  const section = who.page.getByRole("region", { name: "Signing decisions and openings" });
  await section.getByRole("button", { name: "Enrol passkey" }).click();
  await expect(section.getByText("Waiting for a second person")).toBeVisible();
  await confirmer.page.goto(at("/account/security"));
  const waiting = confirmer.page.getByRole("region", { name: "Signing decisions and openings" });
  await confirmIn(waiting, word);
  await expect(waiting.getByText("Waiting for you")).toBeHidden();
  return { ...who, section, faults };
}

interface Signers {
  readonly approver: Signer;
  readonly chair: Signer;
  readonly second: Signer;
  readonly holder: Signer;
  readonly legal: Signer;
}

let signers: Signers;

/** Returns rows of the operator's database that belong to a statement. */
async function rowsOf(sql: string, id: string): Promise<Record<string, unknown>[]> {
  return asSuperuser(instance.dataDir, async (client) => (await client.query(sql, [id])).rows);
}

/** Returns the challenge that the device signed, which is the digest of the statement in the row. */
const signedChallenge = (signature: unknown): unknown => {
  const data = Buffer.from(String(Reflect.get(Object(signature), "client_data_json")), "base64url");
  return JSON.parse(data.toString("utf8")).challenge;
};

test("executives, a holder of break-glass and their reviewer enrol passkeys", async ({ browser }) => {
  test.setTimeout(300_000);
  const first = await signedIn(await browser.newContext(), "coordinator-001:approve-2", demo);
  const approver = await enrolled(browser, "coordinator-001:approve", first, "Confirm");
  const own = "Confirm with your passkey";
  const join = (handle: string) => enrolled(browser, `coordinator-001:${handle}`, approver, own);
  signers = {
    approver,
    chair: await join("executive"),
    second: await join("executive-2"),
    holder: await join("break-glass"),
    legal: await join("legal"),
  };
});

test("two executives sign a release with their passkeys, and one of them its end", async () => {
  test.setTimeout(300_000);
  const { chair, second } = signers;
  const who = people(demo);
  const facts = orderFacts();
  const day = (instant: string) => instant.slice(0, 10);
  const order = { ...facts, valid_from: day(facts.valid_from), valid_until: day(facts.valid_until) };
  const transaction = await submitTransaction(who.client456, canaries());
  const id = await fileRequest(who.regulator, transaction, { ...facts, ...order });
  await escalate(id, { dataDir: instance.dataDir, demo });
  const { page } = chair;
  await page.goto(at(`/requests/${id}`));
  await page.getByRole("button", { name: "Propose terms" }).click();
  const terms = page.getByRole("dialog", { name: "Propose terms" });
  await terms.getByLabel("Reason for the release").fill("was not answered in time");
  await terms.getByRole("button", { name: "Propose terms" }).click();
  await expect(page.getByText("Terms waiting for two signatures")).toBeVisible();

  // A call without a signature is refused: the portal signs only for people without a key.
  const standing = await chair.get(`/confidential/access/requests/${id}/releases`);
  const release = String(Reflect.get(Object(standing.json.release), "id"));
  const { issuer, case_number, valid_from, valid_until } = order;
  const confirms = { issuer, case_number, valid_from, valid_until };
  const words = `/confidential/access/requests/${id}/releases/${release}/words`;
  const unsigned = await chair.post(words, { comment: "The order stands", confirms });
  expect([unsigned.status, unsigned.json.code]).toEqual([403, "statement.required"]);

  for (const one of [chair, second]) {
    await one.page.goto(at(`/requests/${id}`));
    await typeOrder(one.page, order);
    await one.page.getByLabel("Reason, seen by the requester and the reviewers").fill("The order stands");
    await one.page.getByRole("button", { name: "Release", exact: true }).click();
    const dialog = one.page.getByRole("dialog");
    await expect(dialog.getByText("The order stands")).toBeVisible();
    expect(await axeFindings(one.page)).toEqual([]);
    await dialog.getByRole("button", { name: "Sign and release" }).click();
    await expect(dialog).toHaveCount(0);
  }
  await expect(second.page.getByText("Two executives have signed the release.")).toBeVisible();
  const signed = await rowsOf(
    "SELECT w.proof_kind, w.signature, g.id AS grant_id, g.state FROM executive_release_word w LEFT JOIN access_grant g ON g.release_id = w.release_id WHERE w.request_id = $1",
    id,
  );
  expect(signed.map((row) => [row.proof_kind, row.state])).toEqual([
    ["passkey", "active"],
    ["passkey", "active"],
  ]);
  const { statement } = (await chair.get(`/confidential/access/requests/${id}/releases`)).json;
  expect(statement).toBeUndefined();
  expect(new Set(signed.map((row) => signedChallenge(row.signature))).size).toBe(2);

  await second.page.getByRole("link", { name: "View grant" }).first().click();
  await second.page.getByRole("button", { name: "End release" }).click();
  const dialog = second.page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("The court has set it aside");
  await dialog.getByRole("button", { name: "Sign and end release" }).click();
  await expect(dialog).toHaveCount(0);
  const [grant] = await rowsOf(
    "SELECT state, release_end FROM access_grant WHERE id = $1",
    String(signed[0]?.grant_id),
  );
  const end = Object(grant?.release_end);
  expect([grant?.state, Reflect.get(end.signature, "kind")]).toEqual(["revoked", "passkey"]);
  expect(signedChallenge(end.signature)).toBe(challengeOf("release-end", end.statement));
  expect([...chair.faults, ...second.faults]).toEqual([]);
});

test("a holder signs the use of break-glass with a passkey, and another person its review", async () => {
  test.setTimeout(300_000);
  const { holder, legal } = signers;
  const who = people(demo);
  const transaction = await submitTransaction(who.client456, canaries());
  const body = { transactions: [transaction], fields: ["amount"], reason: REASON };
  const unsigned = await holder.post(GLASS, body);
  expect([unsigned.status, unsigned.json.code]).toEqual([403, "statement.required"]);

  const { page } = holder;
  await page.goto(at("/break-glass"));
  await page.getByLabel("Transactions", { exact: true }).fill(transaction);
  await page.getByRole("checkbox", { name: "Amount" }).check();
  await page.getByLabel("Reason").fill(REASON);
  await page.getByRole("button", { name: "Start emergency access" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Start emergency access" }).click();
  await page.waitForURL(/\/break-glass\/[0-9a-f-]{36}$/);
  const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  await expect(page.getByText("Signed with a passkey")).toBeVisible();
  // Each view is its own opening, and is signed as well.
  await page.getByRole("button", { name: /^View masked fields/ }).click();
  await expect(page.locator("[data-opened]")).toHaveCount(1);
  const looks = await rowsOf("SELECT proof_kind, outcome FROM disclosure WHERE grant_id = $1", id);
  expect(looks).toEqual([{ proof_kind: "passkey", outcome: "done" }]);
  await page.getByRole("button", { name: "End emergency access" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("Seen what was needed");
  await page.getByRole("dialog").getByRole("button", { name: "End emergency access" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);

  const review = { outcome: "justified", comment: "Fine" };
  const bare = await legal.post(`${GLASS}/${id}/reviews`, review);
  expect([bare.status, bare.json.code]).toEqual([403, "statement.required"]);
  await legal.page.goto(at(`/break-glass/${id}`));
  await legal.page.getByRole("radio", { name: /^Justified/ }).check();
  await legal.page.getByLabel("What you checked and found").fill("The standstill is in the log");
  await legal.page.getByRole("button", { name: "Sign the review" }).click();
  await expect(legal.page.getByText("The standstill is in the log")).toBeVisible();
  await expect(legal.page.getByText("Signed with a passkey")).toHaveCount(2);
  const [used] = await rowsOf("SELECT statement, signature, proof_kind FROM break_glass WHERE id = $1", id);
  const [word] = await rowsOf(
    "SELECT statement, signature, proof_kind FROM break_glass_review WHERE break_glass_id = $1",
    id,
  );
  expect([used?.proof_kind, word?.proof_kind]).toEqual(["passkey", "passkey"]);
  expect(signedChallenge(used?.signature)).toBe(challengeOf("break-glass", used?.statement));
  expect(signedChallenge(word?.signature)).toBe(challengeOf("review", word?.statement));
  expect([...holder.faults, ...legal.faults]).toEqual([]);
});

test("a party whose key the custodian knows signs its dispute with it, and a call without a signature is refused", async ({
  browser,
}) => {
  const client = await enrolled(browser, "client-456", signers.approver, "Confirm with your passkey");
  const who = people(demo);
  const tx = await submitTransaction(who.client456, canaries());
  const address = `/confidential/transactions/${tx}/disputes`;
  const unsigned = await who.client456.post(address, { reason: "The price is wrong." });
  expect([unsigned.status, unsigned.json.code]).toEqual([403, "statement.required"]);
  expect((await who.client456.get(`/confidential/transactions/${tx}`)).json.status).toBe("created");

  const { page } = client;
  await page.goto(at(`/transactions/${tx}`));
  await page.getByRole("button", { name: "Open dispute" }).click();
  await page.getByLabel("What is wrong").fill("The price is wrong.");
  await page.getByRole("dialog").getByRole("button", { name: "Open dispute" }).click();
  await page.waitForURL(/\/disputes\/[0-9a-f-]{36}$/);
  await expect(page.getByText("the party’s own key")).toBeVisible();

  const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const taken = await who.support.post(`/confidential/disputes/${id}/take`);
  expect(taken.status, taken.text).toBe(200);
  const seen = await who.support.post(`/confidential/transactions/${tx}/access`, { purpose: "dispute" });
  expect(seen.json).toMatchObject({ success: true, data: { amount: "#" } });
});
