import { getTranslations } from "next-intl/server";
import { recordPage, type Shown } from "@/app/(portal)/_kit/record-page";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { getBreakGlass as read } from "@/lib/access/break-glass/list-break-glass";
import type { BreakGlassView } from "@/lib/access/break-glass/schema";
import { getBreakGlass } from "@/lib/api-client/operations/break-glass";
import { getTransaction as transactionOf } from "@/lib/api-client/operations/transactions";
import { loadPage } from "@/lib/http/pages/page";
import { getTransaction } from "@/lib/transactions/read/load-known";
import { EndUse } from "../_components/end-use";
import { type BreakGlassRecord, RecordList, Records } from "../_components/records";
import { ReviewForm } from "../_components/review-form";
import { ReviewOf, UseFacts } from "../_components/use-facts";

type Use = Shown<{ readonly use: BreakGlassView; readonly log: string }>;

/** What all staff may know of its records: job, parties, which fields are sealed. */
async function recordsOf(use: BreakGlassView): Promise<BreakGlassRecord[]> {
  const found = await Promise.all(
    use.transactions.map(async (id) => {
      const path = `/confidential/transactions/${id}`;
      const result = await loadPage(transactionOf, path, (cx) => getTransaction(cx, id));
      return result.ok ? result.value : undefined;
    }),
  );
  return found.flatMap((view) =>
    view === undefined
      ? []
      : [
          {
            id: view.transaction_id,
            job: view.job_id,
            parties: view.participants.length,
            fields: use.fields.filter((group) => view.sealed_groups.includes(group)),
          },
        ],
  );
}

async function Content({ value: { use, log }, principal, nowMs }: Use) {
  const t = await getTranslations("breakGlass");
  const records = await recordsOf(use);
  return (
    <>
      {use.state === "refused" ? (
        <Notice tone="amber" icon="stop" title={t("detail.refused")} className="mb-6" />
      ) : null}
      <Section title={t("detail.reason")}>
        <p className="max-w-[80ch] whitespace-pre-wrap break-words py-3 text-body">{use.reason}</p>
      </Section>
      <Section title={t("detail.records")} count={use.transactions.length}>
        {use.acts.includes("open") ? (
          <Records use={use} records={records} personName={principal.name} nowMs={nowMs} />
        ) : (
          <RecordList records={records} />
        )}
      </Section>
      {use.review === undefined ? null : <ReviewOf review={use.review} />}
      {use.acts.includes("review") ? (
        <Section title={t("review.title")}>
          <ReviewForm use={use} log={log} person={principal.handle} />
        </Section>
      ) : null}
    </>
  );
}

/** One emergency access: its reason and time, what its holder sees, and the review. */
const page = recordPage({
  operation: getBreakGlass,
  load: async (cx, id) => ({ use: await read(cx, id), log: cx.instance.log }),
  title: async () => (await getTranslations("breakGlass"))("one"),
  above: async () => ({ label: (await getTranslations("breakGlass"))("title"), href: "/break-glass" }),
  live: ["grant"],
  liveId: ({ use }) => use.grant_id,
  heading: async ({ value: { use } }) => {
    const t = await getTranslations("breakGlass.detail");
    const { reference, holder } = use;
    return {
      crumb: reference,
      title: t("title", { reference }),
      lead: t("lead", { name: holder.name, organisation: holder.organisation }),
    };
  },
  actions: ({ value: { use }, principal }) =>
    use.acts.includes("end") ? (
      <EndUse use={use} isOwn={use.holder.handle === principal.handle} />
    ) : undefined,
  facts: ({ value: { use }, nowMs }) => <UseFacts use={use} nowMs={nowMs} />,
  factsLook: ({ value: { use } }) => (use.acts.includes("review") ? "decision" : "facts"),
  content: (use) => <Content {...use} />,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
