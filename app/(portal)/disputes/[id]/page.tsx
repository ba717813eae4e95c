import { getTranslations } from "next-intl/server";
import { DisputeActs } from "@/app/(portal)/disputes/_components/dispute-acts";
import { DisputeFacts } from "@/app/(portal)/disputes/_components/dispute-facts";
import { DisputeStateTag } from "@/app/(portal)/disputes/_components/dispute-state";
import { Notes } from "@/app/(portal)/disputes/_components/notes";
import { type Looking, RecordColumn } from "@/app/(portal)/disputes/_components/record-column";
import { SaidColumn } from "@/app/(portal)/disputes/_components/said-column";
import { LiveRefresh } from "@/components/client/live-refresh";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { getDispute } from "@/lib/api-client/operations/disputes";
import type { Principal } from "@/lib/context/principal";
import { getDispute as get } from "@/lib/disputes/get-dispute";
import type { DisputeView } from "@/lib/disputes/schema";
import { loadPage } from "@/lib/http/pages/page";

export async function generateMetadata() {
  return { title: (await getTranslations("disputes"))("title") };
}

/** What this reader may look at. Support without a live grant of its own reads why. */
function lookingOf(dispute: DisputeView, reader: Principal): Looking {
  if (reader.role === "client" || reader.role === "miner") return { kind: "party" };
  if (!reader.duties.includes("support")) return { kind: "staff" };
  const { grant, no_access: why } = dispute;
  const isLive = grant?.state === "active" || grant?.state === "exhausted";
  if (grant !== undefined && isLive && grant.holder === reader.handle) {
    return { kind: "holder", grantId: grant.id, until: grant.not_after, viewsLeft: grant.views_left };
  }
  if (why !== undefined) return { kind: "support", why };
  return dispute.state === "taken" ? { kind: "staff" } : { kind: "support", why: "permission-ended" };
}

/** A request for what the dispute does not reach, filled in as far as the dispute knows. */
function requestHref(dispute: DisputeView): string {
  const query = new URLSearchParams({
    purpose: "dispute",
    level: "masked",
    transaction: dispute.transaction_id,
    fields: dispute.more_fields.join(","),
    dispute: dispute.id,
  });
  return `/requests/new?${query}`;
}

/** One dispute: the masked record beside what the parties say, their notes, and what may be done. */
export default async function DisputePage({ params }: PageProps<"/disputes/[id]">) {
  const t = await getTranslations("disputes");
  const { id } = await params;
  const result = await loadPage(getDispute, `/confidential/disputes/${id}`, (cx) => get(cx, id));
  const section = { label: t("title"), href: "/disputes" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { value: dispute, principal } = result;
  const looking = lookingOf(dispute, principal);
  const nowMs = Date.now();
  const isOver = dispute.state === "resolved" || dispute.state === "withdrawn";
  const line = isOver ? "one.endedLine" : dispute.taken_by === undefined ? "one.openedLine" : "one.takenLine";
  const isMine = dispute.taken_by?.handle === principal.handle && dispute.grant?.state !== "pending";
  return (
    <PageFrame
      crumbs={[section, { label: dispute.job_id }]}
      title={t("one.title", { job: dispute.job_id })}
      lead={
        <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span>
            {t.rich(line, {
              party: dispute.party,
              name: dispute.taken_by?.name ?? "",
              time: () => <LocalTime instant={dispute.opened_at} form="minute" />,
            })}
          </span>
          <DisputeStateTag state={dispute.state} isBoxed />
        </span>
      }
      apiCall={{ method: "GET", path: `/confidential/disputes/${dispute.id}` }}
      actions={
        <DisputeActs
          disputeId={dispute.id}
          acts={dispute.acts}
          isMine={isMine}
          takenByOther={
            dispute.taken_by === undefined || dispute.taken_by.handle === principal.handle
              ? undefined
              : dispute.taken_by.name
          }
          requestHref={requestHref(dispute)}
        />
      }
      facts={<DisputeFacts dispute={dispute} isHolder={looking.kind === "holder"} nowMs={nowMs} />}
    >
      <LiveRefresh kinds={["dispute"]} id={dispute.id} />
      <div className="grid gap-x-8 gap-y-8 drawn:grid-cols-2">
        <div>
          <Section title={t("side.record")}>
            <RecordColumn
              transactionId={dispute.transaction_id}
              reference={dispute.job_id}
              fields={dispute.fields}
              others={dispute.sealed_fields.filter((group) => !dispute.fields.includes(group))}
              parties={dispute.participants.length}
              looking={looking}
              nowMs={nowMs}
            />
          </Section>
        </div>
        <div>
          <Section title={t("side.said")}>
            <SaidColumn dispute={dispute} />
          </Section>
        </div>
      </div>
      <Notes dispute={dispute} isParty={looking.kind === "party"} />
    </PageFrame>
  );
}
