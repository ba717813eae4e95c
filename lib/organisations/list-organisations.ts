import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import type { OrganisationSummary } from "@/lib/organisations/schema";
import { listOrganisationRows } from "@/lib/organisations/store";
import { type Page, requireCursor } from "@/lib/paging";

/** Returns organisations of the tenant, for administrators. */
export async function listOrganisations(
  cx: Context,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<OrganisationSummary>> {
  const after = requireCursor(query.cursor);
  const { tenantId } = cx.instance;
  const rows = await inSnapshot(cx, (tx) =>
    listOrganisationRows(tx, { tenantId, after, limit: query.limit + 1 }),
  );
  const shown = rows.slice(0, query.limit);
  const next = rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null;
  const items = shown.map(({ hasHours, emailDomains, ...row }) => ({
    ...row,
    has_hours: hasHours,
    ...(emailDomains === undefined ? {} : { email_domains: [...emailDomains] }),
  }));
  return { items, next_cursor: next };
}
