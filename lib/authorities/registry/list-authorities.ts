import "server-only";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import { requireRegistrar } from "@/lib/authorities/registry/rules";
import { listAuthorityRows } from "@/lib/authorities/registry/store";
import { authorityViews } from "@/lib/authorities/registry/view";
import type { AuthorityView } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import type { Viewed } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/** Returns registrations newest first, including ended ones, because old orders rest on them. */
export async function listAuthorities(
  cx: Context,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<Viewed<AuthorityView> & { readonly next_cursor: string | null }> {
  requireRegistrar(cx);
  const { cursor: after, limit } = query;
  if (after !== undefined && !isUuid(after))
    throw new DomainError("request.invalid", {
      detail: "The request does not match its schema.",
      errors: [{ pointer: "/cursor", detail: "is not a cursor of this list" }],
    });
  await recordReadOnce(cx, "authority.read");
  return inSnapshot(cx, async (tx) => {
    const rows = await listAuthorityRows(tx, cx.instance.tenantId, { after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const next = rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null;
    return { ...(await authorityViews(tx, cx, shown)), next_cursor: next };
  });
}
