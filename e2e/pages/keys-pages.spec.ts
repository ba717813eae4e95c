import { expect, type Page, test } from "@playwright/test";
import { asSuperuser } from "../support/admin";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { dataDir, demo } from "../support/instance";
import { pressOn } from "../support/keyboard";
import { visit } from "../support/page";
import { signedIn } from "../support/signed-in";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const at = (address: string) => new URL(address, demo().base_url).href;
const heading = (page: Page) => page.getByRole("heading", { level: 1 });

test("a participant sees its own keys and how to recognise one, and cannot register a second one while one is active", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "client-456", DESKTOP);
  await visit(page, at("/keys"));
  const own = page.getByRole("table", { name: "Your participant’s keys" });
  await expect(own.getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("table")).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Register key" })).toHaveCount(0);
  await own.getByRole("link", { name: "client-456#1" }).click();
  await expect(heading(page)).toHaveText("Your participant’s key, version 1");
  await expect(page.getByRole("button", { name: "Copy the whole value of Key id" })).toBeVisible();
  const keys = await people(demo()).client456.get("/confidential/keys?participant_id=client-456");
  const [key] = keys.json.items as { fingerprint: string; registration: { seq: number } }[];
  await expect(page.getByRole("main")).toContainText(key?.fingerprint ?? "no key");
  const hex = Buffer.from(key?.fingerprint ?? "", "base64url").toString("hex");
  await expect(page.getByRole("main")).toContainText((hex.match(/.{4}/g) ?? []).join(" "));
  await expect(page.getByRole("complementary", { name: "Facts" })).toContainText(
    `Log entry${key?.registration.seq}`,
  );
  expect(await axeFindings(page)).toEqual([]);
  await visit(page, at("/keys/register"));
  await expect(page.getByText("Your participant has an active key")).toBeVisible();
  await expect(page.getByRole("button", { name: "Register managed key" })).toHaveCount(0);
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("another participant's key shows its public data, and not what it opens @deep", async ({ browser }) => {
  const keys = await people(demo()).client456.get("/confidential/keys?participant_id=miner-789");
  const [key] = keys.json.items as { key_id: string }[];
  const { page } = await signedIn(browser, "client-456", DESKTOP);
  await visit(page, at(`/keys/${key?.key_id}`));
  await expect(heading(page)).toHaveText("Key of miner-789, version 1");
  await expect(page.getByRole("main")).not.toContainText("field groups");
  await visit(page, at("/keys/01a00000-0000-7000-8000-000000000000"));
  await expect(heading(page)).toContainText("Not found");
  await page.context().close();
});

/** Sets the participant's key out of use, as a retirement does: it opens what it opened before, and is not used for new seals. */
async function retireKey(participant: string): Promise<void> {
  await asSuperuser(dataDir(), async (client) => {
    const { rows } = await client.query<{ tgname: string; tgenabled: string }>(
      "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'key_version'::regclass AND NOT tgisinternal",
    );
    await client.query("ALTER TABLE key_version DISABLE TRIGGER USER");
    await client.query("UPDATE key_version SET state = 'deactivated' WHERE participant_id = $1", [
      participant,
    ]);
    for (const { tgname, tgenabled } of rows)
      await client.query(
        `ALTER TABLE key_version ENABLE ${tgenabled === "A" ? "ALWAYS" : ""} TRIGGER ${tgname}`,
      );
  });
}

test("staff see all keys and the escrow's, and cannot register one for themselves @deep", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "coordinator-001:approve", DESKTOP);
  await visit(page, at("/keys"));
  await expect(page.getByRole("table", { name: "All participants" })).toContainText("client-456#1");
  await expect(page.getByRole("table", { name: "Escrow epochs" })).toContainText("escrow#1");
  await expect(page.getByRole("link", { name: "Register key" })).toHaveCount(0);
  await visit(page, at("/keys/register"));
  await expect(heading(page)).toContainText("You do not have access to this");
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("by keyboard alone a participant without a key registers one; the second of two tries is reported and makes no key", async ({
  browser,
}) => {
  await retireKey("miner-456");
  const first = await signedIn(browser, "miner-456", DESKTOP);
  const second = await signedIn(browser, "miner-456", DESKTOP);
  const { page } = first;
  await visit(page, at("/keys"));
  await visit(second.page, at("/keys/register"));
  await pressOn(page.getByRole("link", { name: "Register key" }));
  await expect(heading(page)).toHaveText("Register key");
  const begin = page.getByRole("button", { name: "Register managed key" });
  await pressOn(begin);
  await expect(page.getByRole("dialog")).toContainText("new transactions with miner-456 are sealed");
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(begin).toBeFocused();
  await page.keyboard.press("Enter");
  await pressOn(page.getByRole("dialog").getByRole("button", { name: "Register", exact: true }));
  await expect(
    page.getByRole("status").filter({ hasText: "The key is registered and active" }),
  ).toContainText("miner-456#2");
  // The second person's first call is lost on its way. The dialog stays, and the call is repeated with the same intent.
  await second.page.route("**/confidential/keys/register", (route) => route.abort("connectionreset"));
  await second.page.getByRole("button", { name: "Register managed key" }).click();
  const again = second.page.getByRole("dialog").getByRole("button", { name: "Register", exact: true });
  await again.click();
  await expect(second.page.getByRole("dialog")).toContainText("The connection was lost");
  await second.page.unroute("**/confidential/keys/register");
  await again.click();
  await expect(second.page.getByText("No key was made: you already have an active one")).toBeVisible();
  await page.getByRole("link", { name: "View key" }).click();
  await expect(heading(page)).toHaveText("Your participant’s key, version 2");
  await visit(page, at("/keys"));
  await expect(page.getByRole("link", { name: "Register key" })).toHaveCount(0);
  expect(first.faults()).toEqual([]);
  expect(second.faults().filter((fault) => !fault.includes("ERR_CONNECTION_RESET"))).toEqual([]);
  for (const watched of [first, second]) await watched.page.context().close();
});

test("an auditor cannot open the page that registers a key @deep", async ({ browser }) => {
  const { page } = await signedIn(browser, "auditor-001", DESKTOP);
  await visit(page, at("/keys/register"));
  await expect(heading(page)).toContainText("You do not have access to this");
  await page.context().close();
});
