import { getTranslations } from "next-intl/server";
import { recordPage, type Shown as ShownRecord } from "@/app/(portal)/_kit/record-page";
import { DisputeActs } from "@/app/(portal)/disputes/_components/dispute-acts";
import { DisputeFacts } from "@/app/(portal)/disputes/_components/dispute-facts";
import { DisputeStateTag } from "@/app/(portal)/disputes/_components/dispute-table";
import { FigureSection } from "@/app/(portal)/disputes/_components/figure-section";
import { FigureTable } from "@/app/(portal)/disputes/_components/figure-table";
import { Notes } from "@/app/(portal)/disputes/_components/notes";
import { type Looking, RecordColumn } from "@/app/(portal)/disputes/_components/record-column";
import { SaidColumn } from "@/app/(portal)/disputes/_components/said-column";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { getDispute } from "@/lib/api-client/operations/disputes";
import type { AccessLogItem } from "@/lib/audit/reading/access-logs";
import { listAccessLogs } from "@/lib/audit/reading/list-access-logs";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { getDispute as getOne } from "@/lib/disputes/get-dispute";
import type { DisputeView } from "@/lib/disputes/schema";

type DisputePage = DisputeView & { readonly looks: readonly AccessLogItem[] };
type Shown = ShownRecord<DisputePage>;

/** As many of the newest accesses as the facts show. */
const LOOKS = 20;

/** The dispute, and who looked at its record, as far as the reader may know. */
async function load(cx: Context, id: string): Promise<DisputePage> {
  const dispute = await getOne(cx, id);
  const { logs } = await listAccessLogs(cx, {
    transaction_id: dispute.transaction_id,
    limit: LOOKS,
    offset: 0,
  });
  return { ...dispute, looks: logs.filter(({ action }) => action === "disclosure.open") };
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

async function Lead({ value: dispute }: Shown) {
  const t = await getTranslations("disputes.one");
  const isOver = dispute.state === "resolved" || dispute.state === "withdrawn";
  const line = isOver ? "endedLine" : dispute.taken_by === undefined ? "openedLine" : "takenLine";
  return (
    <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <span>
        {t.rich(line, {
          party: dispute.party,
          name: dispute.taken_by?.name ?? "",
          time: () => <LocalTime instant={dispute.opened_at} form="minute" />,
        })}
      </span>
      <DisputeStateTag state={dispute.state} isBoxed />
      {dispute.unheard.map(({ party, until }) => (
        <span key={party} className="basis-full text-control">
          {t.rich("hear", { party, time: () => <LocalTime instant={until} form="minute" /> })}
        </span>
      ))}
    </span>
  );
}

function Actions({ value: dispute, principal }: Shown) {
  const by = dispute.taken_by;
  const isTheirs = by?.handle === principal.handle;
  return (
    <DisputeActs
      disputeId={dispute.id}
      acts={dispute.acts}
      isMine={isTheirs && dispute.grant?.state !== "pending"}
      takenByOther={by === undefined || isTheirs ? undefined : by.name}
      requestHref={requestHref(dispute)}
    />
  );
}

async function Content({ value: dispute, principal, nowMs }: Shown) {
  const t = await getTranslations("disputes.side");
  const looking = lookingOf(dispute, principal);
  return (
    <>
      <div className="grid gap-x-8 gap-y-8 drawn:grid-cols-2">
        <div>
          <Section title={t("said")}>
            <SaidColumn dispute={dispute} />
          </Section>
        </div>
        <div>
          <Section title={t("record")}>
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
      </div>
      <FigureTable dispute={dispute} />
      {dispute.acts.includes("state-figures") ? <FigureSection disputeId={dispute.id} /> : null}
      <Notes dispute={dispute} isParty={looking.kind === "party"} />
    </>
  );
}

/** One dispute: the parties' reasons next to the masked record, their notes, and the acts. */
const page = recordPage<DisputePage>({
  operation: getDispute,
  load,
  title: async () => (await getTranslations("disputes"))("title"),
  above: async () => ({ label: (await getTranslations("disputes"))("title"), href: "/disputes" }),
  live: ["dispute"],
  heading: async (shown) => ({
    crumb: shown.value.job_id,
    title: (await getTranslations("disputes.one"))("title", { job: shown.value.job_id }),
    lead: <Lead {...shown} />,
  }),
  actions: (shown) => <Actions {...shown} />,
  facts: ({ value: dispute, principal, nowMs }) => (
    <DisputeFacts
      dispute={dispute}
      looks={dispute.looks}
      isHolder={lookingOf(dispute, principal).kind === "holder"}
      nowMs={nowMs}
    />
  ),
  content: (shown) => <Content {...shown} />,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
