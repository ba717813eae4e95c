import { expect, type Page, test } from "@playwright/test";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { demo } from "../support/instance";
import { pressOn } from "../support/keyboard";
import { visit } from "../support/page";
import { signedIn } from "../support/signed-in";
import { canaries, submitTransaction } from "../support/steps";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const at = (address: string) => new URL(address, demo().base_url).href;
const dialog = (page: Page) => page.getByRole("dialog");

interface Key {
  readonly key_id: string;
  readonly kid: string;
  readonly state: string;
  readonly remaining_wraps: number;
}

async function keysOfClient(): Promise<Key[]> {
  const { json } = await people(demo()).client456.get("/confidential/keys?participant_id=client-456");
  return json.items as Key[];
}

async function activeKey(): Promise<Key> {
  const active = (await keysOfClient()).find(({ state }) => state === "active");
  if (active === undefined) throw new Error("client-456 has no active key");
  return active;
}

test("by keyboard alone a participant rotates its key, sees the rotation end, and destroys the old key", async ({
  browser,
}) => {
  const secret = canaries();
  const transaction = await submitTransaction(people(demo()).client456, secret);
  const old = await activeKey();
  const { page, faults } = await signedIn(browser, "client-456", DESKTOP);
  await visit(page, at(`/keys/${old.key_id}`));
  const rotate = page.getByRole("button", { name: "Rotate", exact: true });
  await pressOn(rotate);
  await expect(dialog(page)).toContainText(`Rotate ${old.kid}?`);
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(rotate).toBeFocused();
  await page.keyboard.press("Enter");
  await dialog(page).getByRole("radio", { name: "Re-wrap data" }).focus();
  await pressOn(dialog(page).getByRole("button", { name: "Rotate", exact: true }));
  const rotations = page.getByRole("table", { name: "Rotations" });
  await expect(rotations.getByRole("row").nth(1)).toContainText("Completed");
  await expect(page.getByText("It opens data sealed with it, but seals no new data.")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  const next = await activeKey();
  expect(next.remaining_wraps).toBeGreaterThan(0);
  const opened = await people(demo()).client456.post(`/confidential/transactions/${transaction}/access`, {
    purpose: "settlement",
  });
  expect(opened.text).toContain(secret.memo);

  await pressOn(page.getByRole("button", { name: "Destroy" }));
  await pressOn(dialog(page).getByRole("button", { name: "Destroy" }));
  await expect(dialog(page)).toContainText("Enter the reason");
  await expect(dialog(page).getByLabel("Reason")).toBeFocused();
  await page.keyboard.type("Replaced");
  await pressOn(dialog(page).getByRole("button", { name: "Destroy" }));
  await expect(
    page.getByText("Its private key is erased and cannot be recovered. It stays in this list."),
  ).toBeVisible();
  await expect(page.getByRole("button", { name: "Destroy" })).toHaveCount(0);
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("a suspended key opens no data until it is resumed, and others see no button @deep", async ({
  browser,
}) => {
  const secret = canaries();
  const transaction = await submitTransaction(people(demo()).client456, secret);
  const open = () =>
    people(demo()).client456.post(`/confidential/transactions/${transaction}/access`, {
      purpose: "settlement",
    });
  const { key_id } = await activeKey();
  const stranger = await signedIn(browser, "miner-789", DESKTOP);
  await visit(stranger.page, at(`/keys/${key_id}`));
  for (const name of ["Rotate", "Suspend", "Resume", "Destroy"])
    await expect(stranger.page.getByRole("button", { name, exact: true })).toHaveCount(0);
  const { page, faults } = await signedIn(browser, "client-456", DESKTOP);
  await visit(page, at(`/keys/${key_id}`));
  for (const [name, said, status] of [
    ["Suspend", "While suspended, it cannot seal or open data", 409],
    ["Resume", "New transactions are sealed for this key.", 200],
  ] as const) {
    await page.getByRole("button", { name, exact: true }).click();
    await dialog(page).getByLabel("Reason").fill("A test");
    await dialog(page).getByRole("button", { name, exact: true }).click();
    await expect(page.getByText(said)).toBeVisible();
    expect((await open()).status).toBe(status);
  }
  expect(faults()).toEqual([]);
  for (const watched of [page, stranger.page]) await watched.context().close();
});
