import { getLocale, getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Words } from "@/components/messages/words";
import { LocalTime } from "@/components/ui/local-time";
import { listReasons as list } from "@/lib/access/review/reasons";
import { setReasons } from "@/lib/api-client/operations/decisions";
import { loadPage } from "@/lib/http/pages/page";
import { ReasonForm } from "./_components/reason-form";

export async function generateMetadata() {
  return { title: (await getTranslations("requests.reasons"))("title") };
}

/** Templates of reasons for decisions, as compliance keeps them. */
export default async function ReasonsPage() {
  const t = await getTranslations("requests");
  const section = { label: t("title"), href: "/requests" };
  const language = await getLocale();
  const found = await loadPage(setReasons, "/confidential/access/reasons", (cx) => list(cx, language));
  if (!found.ok) return <ProblemPage problem={found.problem} section={section} />;
  const { items, by, at } = found.value;
  return (
    <Words namespaces={["requests.reasons", "review.acts"]}>
      <PageFrame
        crumbs={[section, { label: t("reasons.title") }]}
        title={t("reasons.title")}
        lead={
          by === undefined || at === undefined
            ? t("reasons.leadFirst")
            : t.rich("reasons.lead", { name: by, at: () => <LocalTime instant={at} form="minute" /> })
        }
        apiCall={{ method: "GET", path: "/confidential/access/reasons" }}
      >
        <ReasonForm items={items} />
      </PageFrame>
    </Words>
  );
}
