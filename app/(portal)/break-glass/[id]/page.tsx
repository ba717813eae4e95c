import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { LiveRefresh } from "@/components/client/live-refresh";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { getEmergency } from "@/lib/access/break-glass/list-emergencies";
import type { EmergencyView } from "@/lib/access/break-glass/schema";
import { RequestPath } from "@/lib/api-client/operations/access";
import { getBreakGlass } from "@/lib/api-client/operations/break-glass";
import { getTransaction as transactionOf } from "@/lib/api-client/operations/transactions";
import { loadPage } from "@/lib/http/pages/page";
import { getTransaction } from "@/lib/transactions/read/get-transaction";
import { EndUse } from "../_components/end-use";
import { type BreakGlassRecord, RecordList, Records } from "../_components/records";
import { ReviewForm } from "../_components/review-form";
import { ReviewOf, UseFacts } from "../_components/use-facts";

const SECTION = "/break-glass";

export async function generateMetadata() {
  return { title: (await getTranslations("breakGlass"))("one") };
}

/** Anything that is no id names nothing: answered as such, and recorded like it. */
const NO_ID = "00000000-0000-0000-0000-000000000000";

/** Its records as every member of staff may know them: job, parties, which fields are sealed. */
async function recordsOf(use: EmergencyView): Promise<BreakGlassRecord[]> {
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

/** One use of break-glass: why, how long, what its holder looks at, and what another person says of it afterwards. */
export default async function UsePage({ params }: PageProps<"/break-glass/[id]">) {
  const t = await getTranslations("breakGlass");
  const id = RequestPath.safeParse(await params).data?.id ?? NO_ID;
  const path = `/confidential/access/break-glass/${id}`;
  const found = await loadPage(getBreakGlass, path, async (cx) => ({
    use: await getEmergency(cx, id),
    log: cx.instance.log,
  }));
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("title"), href: SECTION }} />;
  const { value, principal } = found;
  const { use, log } = value;
  const records = await recordsOf(use);
  const nowMs = Date.now();
  const isOwn = use.holder.handle === principal.handle;
  const look: ReactNode = use.acts.includes("open") ? (
    <Records use={use} records={records} personName={principal.name} nowMs={nowMs} />
  ) : (
    <RecordList records={records} />
  );
  return (
    <PageFrame
      crumbs={[{ label: t("title"), href: SECTION }, { label: use.reference }]}
      title={t("detail.title", { reference: use.reference })}
      lead={t("detail.lead", { name: use.holder.name, organisation: use.holder.organisation })}
      actions={use.acts.includes("end") ? <EndUse use={use} isOwn={isOwn} /> : undefined}
      apiCall={{ method: "GET", path }}
      facts={<UseFacts use={use} nowMs={nowMs} />}
      factsLook={use.acts.includes("review") ? "decision" : "facts"}
    >
      <LiveRefresh kinds={["grant"]} id={use.grant_id} />
      {use.state === "refused" ? (
        <Notice tone="amber" icon="stop" title={t("detail.refused")} className="mb-6" />
      ) : null}
      <Section title={t("detail.reason")}>
        <p className="max-w-[80ch] whitespace-pre-wrap break-words py-3 text-body">{use.reason}</p>
      </Section>
      <Section title={t("detail.records")} count={use.transactions.length}>
        {look}
      </Section>
      {use.review === undefined ? null : <ReviewOf review={use.review} />}
      {use.acts.includes("review") ? (
        <Section title={t("review.title")}>
          <ReviewForm use={use} log={log} person={principal.handle} />
        </Section>
      ) : null}
    </PageFrame>
  );
}
