import type { Browser, BrowserContextOptions, Cookie } from "@playwright/test";
import type { Demo } from "./api";
import { demo as ownDemo } from "./instance";
import { openPage, type WatchedPage } from "./page";
import { signIn } from "./sign-in";

/**
 * How long stories share a session, so that they need not wait for the next sign-in code. It is well under the 15
 * minutes after which a proof is old or a session is idle.
 */
const SHARED_MS = 8 * 60_000;

const shared = new Map<string, { at: number; cookies: Cookie[] }>();

/** Opens a page of a signed-in demonstration person. It may use a session that an earlier test began. */
export async function signedIn(
  browser: Browser,
  handle: string,
  options: BrowserContextOptions = {},
  demo: Demo = ownDemo(),
): Promise<WatchedPage> {
  const watched = await openPage(browser, options);
  const key = `${demo.base_url} ${handle}`;
  const known = shared.get(key);
  if (known !== undefined && Date.now() - known.at < SHARED_MS) {
    await watched.page.context().addCookies(known.cookies);
    const answer = await watched.page.request.get(new URL("/confidential/account", demo.base_url).href);
    if (answer.ok()) return watched;
    await watched.page.context().clearCookies();
  }
  await signIn(watched.page, handle, demo);
  shared.set(key, { at: Date.now(), cookies: await watched.page.context().cookies() });
  return watched;
}
