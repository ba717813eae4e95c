import type { Page } from "@playwright/test";

// Lists all pages, for gates and pictures.

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
/**
 * Lists and forms, with a person who sees most of each, and whether a participant may see it. A person who may not see one gets its
 * refusal, which is a page too.
 */
export const PAGES: readonly {
  readonly path: string;
  readonly seenBy: (typeof ROLES)[number];
  readonly isForParties: boolean;
}[] = [
  { path: "/", seenBy: "coordinator-001:legal", isForParties: true },
  { path: "/transactions", seenBy: "client-456", isForParties: true },
  { path: "/transactions/new", seenBy: "client-456", isForParties: true },
  { path: `/transactions/${UNKNOWN}`, seenBy: "client-456", isForParties: true },
  { path: "/requests", seenBy: "regulator-001", isForParties: false },
  { path: "/requests?view=all", seenBy: "coordinator-001:legal", isForParties: false },
  { path: "/requests/new", seenBy: "regulator-001", isForParties: false },
  { path: "/requests/notices", seenBy: "coordinator-001:legal", isForParties: false },
  { path: `/requests/${UNKNOWN}`, seenBy: "regulator-001", isForParties: true },
  { path: "/cases", seenBy: "regulator-001", isForParties: false },
  { path: `/cases/${UNKNOWN}`, seenBy: "regulator-001", isForParties: false },
  { path: "/grants", seenBy: "regulator-001", isForParties: false },
  { path: `/grants/${UNKNOWN}`, seenBy: "regulator-001", isForParties: true },
  { path: "/releases", seenBy: "coordinator-001:executive", isForParties: false },
  { path: "/break-glass", seenBy: "coordinator-001:break-glass", isForParties: false },
  { path: `/break-glass/${UNKNOWN}`, seenBy: "coordinator-001:break-glass", isForParties: true },
  { path: "/disputes", seenBy: "coordinator-001:support", isForParties: true },
  { path: `/disputes/${UNKNOWN}`, seenBy: "coordinator-001:support", isForParties: true },
  { path: "/audit", seenBy: "auditor-001", isForParties: false },
  { path: "/audit?outcome=failed&action=roster.supersede", seenBy: "auditor-001", isForParties: true },
  { path: "/audit?outcome=failed&action=nothing.such", seenBy: "auditor-001", isForParties: true },
  { path: "/audit/exports", seenBy: "coordinator-001:approve", isForParties: false },
  { path: "/audit/verify", seenBy: "auditor-001", isForParties: false },
  { path: "/audit/erasures", seenBy: "coordinator-001:privacy", isForParties: false },
  { path: "/audit/suspicions", seenBy: "coordinator-001:compliance", isForParties: false },
  { path: "/admin/authorities", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/audit/retention", seenBy: "auditor-001", isForParties: false },
  { path: "/audit/holds", seenBy: "auditor-001", isForParties: false },
  { path: "/audit/quarantine", seenBy: "auditor-001", isForParties: false },
  { path: "/people", seenBy: "coordinator-001:admin", isForParties: false },
  { path: `/people/${UNKNOWN}`, seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/participants", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/participants/import", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/people/import", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/setup", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/agreements", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/seal", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/roster", seenBy: "coordinator-001:admin", isForParties: false },
  { path: `/agreements/${UNKNOWN}`, seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/access-review", seenBy: "coordinator-001:compliance", isForParties: false },
  { path: `/access-review/${UNKNOWN}`, seenBy: "coordinator-001:compliance", isForParties: false },
  { path: "/access-review/records", seenBy: "auditor-001", isForParties: false },
  { path: "/operations", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/operations/alerts", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/operations/alerts?view=resolved", seenBy: "coordinator-001:compliance", isForParties: false },
  { path: `/operations/alerts/${UNKNOWN}`, seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/operations/addresses", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/operations/rules", seenBy: "coordinator-001:compliance", isForParties: false },
  { path: "/policies", seenBy: "coordinator-001:compliance", isForParties: false },
  { path: "/policies?as=text", seenBy: "auditor-001", isForParties: false },
  { path: "/policies/1", seenBy: "coordinator-001:legal", isForParties: false },
  { path: "/policies/simulate", seenBy: "coordinator-001:approve", isForParties: false },
  { path: "/organisations", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/keys", seenBy: "coordinator-001:approve", isForParties: true },
  { path: "/keys/register", seenBy: "miner-789", isForParties: true },
  { path: "/account/security", seenBy: "coordinator-001:legal", isForParties: true },
  { path: "/account/api-keys", seenBy: "client-456", isForParties: true },
  { path: "/developers", seenBy: "client-456", isForParties: true },
  { path: "/developers/requests", seenBy: "regulator-001", isForParties: true },
  { path: "/admin/api-keys", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/admin/background", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/admin/requests", seenBy: "coordinator-001:admin", isForParties: false },
  { path: "/notices", seenBy: "client-456", isForParties: true },
  { path: "/notifications", seenBy: "coordinator-001:legal", isForParties: true },
  { path: "/notifications?view=unread", seenBy: "coordinator-001:legal", isForParties: true },
  { path: "/admin/webhooks", seenBy: "coordinator-001:admin", isForParties: true },
  { path: `/admin/webhooks/${UNKNOWN}`, seenBy: "coordinator-001:admin", isForParties: true },
];

export const PUBLIC = [
  "/",
  "/sign-in",
  "/invitation",
  "/trust",
  "/trust?view=recommended",
  "/transparency",
  "/verify",
  "/status",
  "/developers",
  "/developers?q=rotate",
  "/developers?q=nothing-such",
  "/developers/transactions",
  "/developers/transactions/createTransaction",
  "/developers/problems",
  "/developers/guides/migrating",
  "/help",
  "/tour",
  "/no/such/page",
];

/** Returns the first page of each kind that the person's own lists lead to. */
export async function detailPages(page: Page, baseUrl: string): Promise<string[]> {
  const found = new Set<string>();
  for (const list of [
    "/transactions",
    "/requests?view=all",
    "/requests",
    "/cases",
    "/grants",
    "/break-glass",
    "/disputes",
    "/audit",
    "/keys",
    "/people",
    "/organisations",
    "/agreements",
    "/operations/alerts",
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
