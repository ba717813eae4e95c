import { getTranslations } from "next-intl/server";
import { Withdraw } from "@/app/(portal)/requests/[id]/_components/acts/withdraw";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Words } from "@/components/messages/words";
import { Pager } from "@/components/ui/pager";
import { EmptyState } from "@/components/ui/states";
import { listUnreadableRequests as list } from "@/lib/access/requests/list-requests";
import { listUnreadableRequests } from "@/lib/api-client/operations/admin-requests";
import { loadPage } from "@/lib/http/pages/page";

const PATH = "/admin/requests";
const CALL = "/confidential/admin/requests";

export async function generateMetadata() {
  return { title: (await getTranslations("review.unreadable"))("title") };
}

/** Requests that are stored but cannot be read, for administrators, who can withdraw them. */
export default async function UnreadableRequestsPage({ searchParams }: PageProps<"/admin/requests">) {
  const t = await getTranslations("review.unreadable");
  const { cursor } = await searchParams;
  const isCursor = typeof cursor === "string" && /^[0-9a-f-]{36}$/.test(cursor);
  const result = await loadPage(listUnreadableRequests, CALL, (cx) => list(cx, isCursor ? { cursor } : {}));
  if (!result.ok) return <ProblemPage problem={result.problem} section={{ label: t("title"), href: PATH }} />;
  const { unreadable, next_cursor: next } = result.value;
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      apiCall={{ method: "GET", path: CALL }}
    >
      {unreadable.length === 0 ? (
        <EmptyState title={t(next === null ? "none" : "noneHere")} text={t("noneText")} />
      ) : (
        <Words namespaces={["review.withdraw"]}>
          <UnreadableRows
            kind="request"
            rows={unreadable}
            act={({ id }) => <Withdraw requestId={id} reference={id} by="administrator" />}
          />
        </Words>
      )}
      <Pager
        first={isCursor ? PATH : undefined}
        next={next === null ? undefined : `${PATH}?cursor=${next}`}
      />
    </PageFrame>
  );
}
