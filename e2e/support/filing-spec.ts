import { type Browser, expect, type Page } from "@playwright/test";
import { type Caller, people } from "./api";
import { axeFindings } from "./axe";
import { SOON } from "./filing";
import { demo } from "./instance";
import { signedIn } from "./signed-in";
import { canaries, submitTransaction } from "./steps";

// Shared by the specs about filing.

export const at = (path: string): string => new URL(path, demo().base_url).href;
export const who = () => people(demo());
export const newTransaction = (): Promise<string> => submitTransaction(who().client456, canaries());

export async function openForm(browser: Browser, handle = "regulator-001", query = "") {
  const watched = await signedIn(browser, handle);
  await watched.page.goto(at(`/requests/new${query}`));
  await expect(watched.page.getByRole("heading", { level: 1, name: "New request" })).toBeVisible(SOON);
  return watched;
}

export async function readRequest(caller: Caller, id: string) {
  const answer = await caller.get(`/confidential/access/requests/${id}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
}

/** Returns the caller's requests with this reason. */
export async function requestsFor(caller: Caller, reason: string): Promise<string[]> {
  const list = await caller.get("/confidential/access/requests?view=mine&limit=200");
  const items: unknown = list.json.items;
  if (!Array.isArray(items)) throw new Error(list.text);
  const found: string[] = [];
  for (const { id } of items) {
    const request = await readRequest(caller, String(id));
    if (request.justification === reason) found.push(String(id));
  }
  return found;
}

/** Sends the page's call and then drops the answer, like a connection that breaks on the way back. */
export async function loseOneAnswer(page: Page, method: string, address: RegExp): Promise<() => number> {
  let lost = 0;
  await page.route(address, async (route) => {
    if (route.request().method() !== method || lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort("connectionreset");
  });
  return () => lost;
}

export async function expectNoFindings(page: Page): Promise<void> {
  expect(await axeFindings(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
}
