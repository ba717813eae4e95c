import type { Page } from "@playwright/test";

// The pages there are, for gates and pictures.

const UNKNOWN = "01a00000-0000-7000-8000-000000000000";

export const ROLES = [
  "regulator-001",
  "auditor-001",
  "coordinator-001:approve",
  "coordinator-001:legal",
  "coordinator-001:support",
  "coordinator-001:compliance",
  "coordinator-001:privacy",
  "coordinator-001:admin",
  "coordinator-001:executive",
  "coordinator-001:break-glass",
  "client-456",
  "miner-789",
] as const;
/** Lists and forms that everybody is sent to; who may not see one gets its forbidden state, which is a page too. */
export const PAGES = [
  "/",
  "/transactions",
  "/transactions/new",
  `/transactions/${UNKNOWN}`,
  "/requests",
  "/requests?view=all",
  "/requests/new",
  "/requests/notices",
  `/requests/${UNKNOWN}`,
  "/grants",
  `/grants/${UNKNOWN}`,
  "/releases",
  "/break-glass",
  `/break-glass/${UNKNOWN}`,
  "/disputes",
  `/disputes/${UNKNOWN}`,
  "/audit",
  "/audit?outcome=failed&action=roster.supersede",
  "/audit?outcome=failed&action=nothing.such",
  "/audit/exports",
  "/audit/verify",
  "/audit/erasures",
  "/audit/suspicions",
  "/admin/authorities",
  "/audit/retention",
  "/audit/holds",
  "/audit/quarantine",
  "/organisations",
  "/keys",
  "/keys/register",
  "/account/security",
  "/account/api-keys",
  "/developers",
  "/developers/requests",
  "/admin/api-keys",
  "/admin/requests",
  "/notices",
  "/notifications",
  "/notifications?view=unread",
  "/admin/webhooks",
  `/admin/webhooks/${UNKNOWN}`,
] as const;

export const PUBLIC = [
  "/",
  "/sign-in",
  "/invitation",
  "/trust",
  "/trust?view=recommended",
  "/transparency",
  "/status",
  "/developers",
  "/developers?q=rotate",
  "/developers?q=nothing-such",
  "/developers/transactions",
  "/developers/problems",
  "/developers/guides/migrating",
  "/help",
  "/tour",
  "/no/such/page",
];

/** The first page of each kind that the person's own lists lead to. */
export async function detailPages(page: Page, baseUrl: string): Promise<string[]> {
  const found = new Set<string>();
  for (const list of [
    "/transactions",
    "/requests?view=all",
    "/requests",
    "/grants",
    "/break-glass",
    "/disputes",
    "/audit",
    "/keys",
  ]) {
    await page.goto(new URL(list, baseUrl).href);
    const links = await page
      .locator("main a[href]")
      .evaluateAll((all) => all.map((link) => (link instanceof HTMLAnchorElement ? link.href : "")));
    const kind = list.split("?")[0] ?? list;
    const details = links
      .map((link) => new URL(link))
      .filter(({ pathname, searchParams }) =>
        kind === "/audit" ? searchParams.has("entry") : new RegExp(`^${kind}/[0-9a-f-]{36}$`).test(pathname),
      );
    for (const url of details.slice(0, 2)) found.add(url.pathname + url.search);
  }
  return [...found];
}
