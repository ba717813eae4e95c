import { type Browser, expect, type Page, test } from "@playwright/test";
import { entriesFor } from "@/lib/testing/devices/client-held-program";
import type { KeyHolder } from "@/lib/testing/devices/key-holder";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { type Caller, caller, type Demo, people, readDemo } from "../support/api";
import { axeFindings } from "../support/axe";
import { hold, ok } from "../support/client-held-key";
import { pressOn } from "../support/keyboard";
import { visit } from "../support/page";
import { accountOf } from "../support/sign-in";
import { signedIn } from "../support/signed-in";
import { canaries, submitTransaction } from "../support/steps";
import { pictures } from "../support/take-pictures";

// Who keeps which key: the escrow's epochs, a compromised key under dual control, a client-held key. It runs on its own instance, because
// it stops the custodian and moves the epochs on.
test.describe.configure({ mode: "serial", timeout: 300_000 });
test.use({ actionTimeout: 60_000 });

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PATIENCE = { timeout: 90_000 };
const ADMINISTRATOR = "coordinator-001:admin";

let instance: RunningInstance;
let demo: Demo;
const at = (address: string) => new URL(address, demo.base_url).href;
const dialog = (page: Page) => page.getByRole("dialog");
const epochs = (page: Page) => page.getByRole("table", { name: "Escrow epochs" });

test.beforeAll(async () => {
  instance = await startInstance({});
  demo = readDemo(instance.dataDir);
});
test.afterAll(() => instance?.stop());

const open = (browser: Browser, handle: string) => signedIn(browser, handle, DESKTOP, demo);

/** Asks for or agrees to moving a compromised key's data. */
async function move(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Reseal its data" }).click();
  await dialog(page).getByRole("button", { name: "Reseal data" }).click();
  await expect(dialog(page)).toHaveCount(0);
}

test("by keyboard alone an administrator begins an epoch, sees wraps move, and destroys the empty epoch", async ({
  browser,
}) => {
  const coordinator = await open(browser, "coordinator-001:approve");
  await visit(coordinator.page, at("/keys"));
  await expect(epochs(coordinator.page)).toContainText("escrow#1");
  for (const name of ["Begin epoch", "Destroy"])
    await expect(coordinator.page.getByRole("button", { name })).toHaveCount(0);

  const { page, faults } = await open(browser, ADMINISTRATOR);
  await visit(page, at("/"));
  const rail = page.getByRole("navigation", { name: "Places" }).first();
  await rail.getByRole("button", { name: "Rules" }).click();
  await rail.getByRole("link", { name: /^Keys( \d+)?$/ }).click();
  await expect(epochs(page)).toContainText("escrow#1");
  await expect(page.getByText("All data is sealed for the newest epoch.")).toBeVisible();
  const begin = page.getByRole("button", { name: "Begin epoch" });
  await pressOn(begin);
  await expect(dialog(page)).toContainText("Begin the next escrow epoch?");
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "epoch-dialog");
  await page.keyboard.press("Escape");
  await expect(begin).toBeFocused();
  await page.keyboard.press("Enter");
  await pressOn(dialog(page).getByRole("button", { name: "Begin epoch" }));
  await expect(page.getByText("escrow#2 has begun")).toBeVisible();
  // Pages of other people that show the epochs update without a reload.
  await expect(epochs(coordinator.page)).toContainText("escrow#2");
  await pictures(page, "epochs-moving");
  await expect(page.getByText("All data is sealed for the newest epoch.")).toBeVisible(PATIENCE);
  expect(await axeFindings(page)).toEqual([]);

  const second = await open(browser, ADMINISTRATOR);
  await visit(second.page, at("/keys"));
  const destroy = (on: Page) => on.getByRole("button", { name: "Destroy escrow#1" });
  await destroy(second.page).click();
  await pressOn(destroy(page));
  await expect(dialog(page)).toContainText("Destroy escrow#1 permanently?");
  await pressOn(dialog(page).getByRole("button", { name: "Destroy", exact: true }));
  await expect(page.getByText("escrow#1 is destroyed")).toBeVisible();
  await expect(destroy(page)).toHaveCount(0);
  // A person who was too late reads so, and still does when the dialog is closed and the table has changed.
  await dialog(second.page).getByRole("button", { name: "Destroy", exact: true }).click();
  await expect(dialog(second.page)).toContainText("escrow#1 was not destroyed");
  await dialog(second.page).getByRole("button", { name: "Cancel" }).click();
  await expect(second.page.getByText("escrow#1 was not destroyed")).toBeVisible();
  await expect(destroy(second.page)).toHaveCount(0);
  await pictures(second.page, "epochs-refused");
  expect(faults()).toEqual([]);
  for (const one of [coordinator, second]) await one.page.context().close();
  await page.context().close();
});

test("while the custodian is unavailable no epoch can begin, and the page keeps saying so", async ({
  browser,
}) => {
  const { page } = await open(browser, ADMINISTRATOR);
  await visit(page, at("/keys"));
  const { custodian } = await instance.pids();
  if (custodian === null) throw new Error("no custodian runs");
  process.kill(custodian, "SIGSTOP");
  try {
    await page.getByRole("button", { name: "Begin epoch" }).click();
    await dialog(page).getByRole("button", { name: "Begin epoch" }).click();
    await expect(dialog(page)).toContainText("The escrow custodian does not respond.");
    await dialog(page).getByRole("button", { name: "Cancel" }).click();
    await expect(page.getByText("Epoch not begun")).toBeVisible();
  } finally {
    process.kill(custodian, "SIGCONT");
  }
  await expect(epochs(page)).not.toContainText("escrow#3");
  await page.context().close();
});

interface Key {
  readonly key_id: string;
  readonly kid: string;
  readonly state: string;
  readonly remaining_wraps: number;
}

async function keysOf(who: Caller, participant: string): Promise<Key[]> {
  return (await who.get(`/confidential/keys?participant_id=${participant}`)).json.items as Key[];
}

async function activeOf(who: Caller, participant: string): Promise<Key> {
  const active = (await keysOf(who, participant)).find(({ state }) => state === "active");
  if (active === undefined) throw new Error(`${participant} has no active key`);
  return active;
}

test("a key reported compromised opens no data, and its data move when a second person agrees", async ({
  browser,
}) => {
  const { client456 } = people(demo);
  const secret = canaries();
  const transaction = await submitTransaction(client456, secret);
  const opening = () =>
    client456.post(`/confidential/transactions/${transaction}/access`, { purpose: "settlement" });
  const old = await activeOf(client456, "client-456");
  const stranger = await open(browser, "miner-789");
  await visit(stranger.page, at(`/keys/${old.key_id}`));
  for (const name of ["Report compromised", "Reseal its data"])
    await expect(stranger.page.getByRole("button", { name })).toHaveCount(0);
  const { page, faults } = await open(browser, "client-456");
  await visit(page, at(`/keys/${old.key_id}`));
  await page.getByRole("button", { name: "Report compromised" }).click();
  await expect(dialog(page)).toContainText("This cannot be undone");
  expect(await axeFindings(page)).toEqual([]);
  await dialog(page).getByLabel("Reason").fill("A laptop was stolen");
  await dialog(page).getByRole("button", { name: "Report compromised" }).click();
  await expect(page.getByText("Others may know it")).toBeVisible();
  expect((await opening()).status).toBe(409);
  await move(page);
  const rotations = page.getByRole("table", { name: "Rotations" });
  await expect(rotations.getByRole("row").nth(1)).toContainText("Waiting for a second person");
  await pictures(page, "compromised-asked");
  // A second agreement by the same person has no effect.
  await move(page);
  await expect(rotations.getByRole("row").nth(1)).toContainText("Waiting for a second person");
  expect((await opening()).status).toBe(409);

  const admin = await open(browser, ADMINISTRATOR);
  await visit(admin.page, at(`/keys/${old.key_id}`));
  await move(admin.page);
  await expect(rotations.getByRole("row").nth(1)).toContainText("Completed", PATIENCE);
  expect((await opening()).text).toContain(secret.memo);
  const next = await activeOf(client456, "client-456");
  expect(next.kid).not.toBe(old.kid);
  expect(await axeFindings(page)).toEqual([]);
  // Nothing is left to move. If somebody asks all the same, a second person can agree on the page.
  await visit(admin.page, at(`/keys/${old.key_id}`));
  await expect(admin.page.getByRole("button", { name: "Reseal its data" })).toHaveCount(0);
  await client456.post(`/confidential/keys/${old.key_id}/rotate`, { mode: "reseal" });
  await visit(admin.page, at(`/keys/${old.key_id}`));
  await pictures(admin.page, "compromised-empty-asked");
  await move(admin.page);
  const again = admin.page.getByRole("table", { name: "Rotations" }).getByRole("row").nth(1);
  await expect(again).toContainText("Completed", PATIENCE);
  expect([...faults(), ...admin.faults()]).toEqual([]);
  for (const one of [stranger, admin]) await one.page.context().close();
  await page.context().close();
});

test("a client-held key's page says what only its owner's program can do, and shows the re-wrap's progress @deep", async ({
  browser,
}) => {
  const { client123, miner789 } = people(demo);
  const own = caller(demo.base_url, accountOf("client-123", demo).api_key);
  const first = await hold(own, "client-123");
  ok(
    await miner789.post("/confidential/transactions", {
      job_id: "job-9",
      amount: "12",
      currency: "EUR",
      participants: ["client-123"],
      confidential: true,
    }),
  );
  const { page, faults } = await open(browser, "client-123");
  await visit(page, at(`/keys/${first.id}`));
  await expect(page.getByRole("heading", { name: "Client-held" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("Held by you");
  await expect(page.getByRole("button", { name: "Rotate", exact: true })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Suspend", exact: true })).toBeVisible();
  const call = page.getByRole("region", { name: "Register successor" });
  await expect(call).toContainText(`curl -sS -X POST`);
  await expect(call).toContainText(`${demo.base_url.replace(/\/$/, "")}/confidential/keys`);
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "held-active");
  await visit(page, at("/keys/register"));
  await expect(page.getByText("Your participant’s key is client-held")).toBeVisible();

  // All data of the managed key must have moved before a next key can replace the client-held one.
  await expect
    .poll(async () => (await keysOf(client123, "client-123"))[0]?.remaining_wraps, PATIENCE)
    .toBe(0);
  const second = await hold(own, "client-123", first.holder);
  await visit(page, at(`/keys/${first.id}`));
  const held = page.getByRole("region", { name: "Client-held" });
  await expect(held).toContainText(/Sealed data\s*\d+ field groups?/);
  await expect(page.getByRole("region", { name: "Post a batch" })).toContainText("/wraps");
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "held-replaced");
  const calls = `/confidential/keys/${first.id}`;
  for (;;) {
    const listed = ok(await own.get(`${calls}/wraps?limit=10`)) as Parameters<typeof entriesFor>[1];
    if (listed.items.length === 0) break;
    const { challenge } = ok(await own.post(`${calls}/challenge`)) as {
      challenge: Parameters<KeyHolder["answer"]>[0];
    };
    const entries = await entriesFor(first.holder, listed, second.holder);
    ok(await own.post(`${calls}/wraps`, { client_tag: first.holder.answer(challenge), entries }));
  }
  await expect(held).toContainText("none left");
  await expect(page.getByRole("button", { name: "Destroy", exact: true })).toBeVisible();
  await visit(page, at("/keys"));
  await expect(page.getByRole("table", { name: "Your participant’s keys" })).toContainText("Held by you");
  await pictures(page, "held-list");
  expect(faults()).toEqual([]);
  await page.context().close();
});
