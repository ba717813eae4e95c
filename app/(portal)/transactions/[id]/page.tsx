import { redirect } from "next/navigation";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { AccessStrip } from "@/app/(portal)/transactions/[id]/_components/access/access-strip";
import { Accesses } from "@/app/(portal)/transactions/[id]/_components/access/accesses";
import { Fields } from "@/app/(portal)/transactions/[id]/_components/opening/fields";
import { OpeningProvider } from "@/app/(portal)/transactions/[id]/_components/opening/opening-context";
import {
  groupsOf,
  openingRouteOf,
  plainOf,
} from "@/app/(portal)/transactions/[id]/_components/opening/record-opening-route";
import { PageActions } from "@/app/(portal)/transactions/[id]/_components/page-actions";
import {
  MyAccess,
  TransactionFacts,
  WhyFacts,
} from "@/app/(portal)/transactions/[id]/_components/record-facts";
import { Retention } from "@/app/(portal)/transactions/[id]/_components/retention";
import { LiveRefresh } from "@/components/client/live-refresh";
import { FollowButton } from "@/components/domain/follow-button";
import { OpenDispute } from "@/components/domain/open-dispute";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Unbroken } from "@/components/ui/unbroken";
import { getTransaction, listTransactions } from "@/lib/api-client/operations/transactions";
import { isUuid } from "@/lib/crypto/uuid";
import { loadPage } from "@/lib/http/pages/page";
import { followOf } from "@/lib/notify/follows/follows";
import { readRecord } from "@/lib/transactions/read/read-record";
import { recordsNamed } from "@/lib/transactions/read/record-name";
import { TransactionPath } from "@/lib/transactions/schema";

export async function generateMetadata() {
  return { title: (await getTranslations("transactions"))("one") };
}

/** An invalid id is answered and recorded like an unknown one. */
const NO_ID = "00000000-0000-0000-0000-000000000000";

/** A part of an address as text; an address that is not encoded correctly names nothing. */
function textOf(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return NO_ID;
  }
}

/** The id of the record in the address. A job's name leads to its record, or to the list of its records. */
async function idOfRecord(encoded: string): Promise<string> {
  if (isUuid(encoded)) return encoded;
  const name = textOf(encoded);
  const found = await loadPage(listTransactions, "/confidential/transactions", (cx) =>
    recordsNamed(cx, name),
  );
  const [id, ...others] = found.ok ? found.value : [];
  if (id === undefined) return NO_ID;
  redirect(others.length === 0 ? `/transactions/${id}` : `/transactions?job_id=${encodeURIComponent(name)}`);
}

/** One transaction: metadata always, fields sealed until they are opened in place. */
export default async function TransactionPage({ params }: PageProps<"/transactions/[id]">) {
  const t = await getTranslations("transactions");
  const name = TransactionPath.safeParse(await params).data?.id ?? NO_ID;
  const id = await idOfRecord(name);
  const path = `/confidential/transactions/${id}`;
  const result = await loadPage(getTransaction, path, async (cx) => ({
    record: await readRecord(cx, id),
    follow: await followOf(cx, "transaction", id),
  }));
  if (!result.ok)
    return <ProblemPage problem={result.problem} section={{ label: t("title"), href: "/transactions" }} />;
  const {
    value: { record, follow },
    principal,
  } = result;
  const { view, may } = record;
  const nowMs = Date.now();
  const groups = groupsOf(view);
  const way = openingRouteOf(record, principal.role);
  const inForce = record.grants.find(({ state }) => state === "active" || state === "exhausted");
  const mayKnowDisputes = may.openOwn || principal.role === "coordinator";
  return (
    <OpeningProvider input={{ transactionId: view.transaction_id, way, nowMs, personName: principal.name }}>
      <PageFrame
        crumbs={[{ label: t("title"), href: "/transactions" }, { label: view.job_id }]}
        title={
          <>
            <Unbroken>{t("jobTitle", { job: view.job_id })}</Unbroken>{" "}
            <LocalTime instant={view.occurred_at ?? view.timestamp} form="day" />
          </>
        }
        lead={<Digest value={view.transaction_id} label={t("table.id")} isWhole />}
        actions={
          <>
            <PageActions
              transactionId={view.transaction_id}
              sealed={view.sealed_groups}
              mayExport={may.export}
            />
            <FollowButton
              kind="transaction"
              subject={view.transaction_id}
              name={view.job_id}
              follow={follow}
              size="large"
            />
            {principal.duties.includes("break-glass") && !may.openOwn && view.sealed_groups.length > 0 ? (
              <ButtonLink
                href={`/break-glass?transaction=${view.transaction_id}`}
                look="secondary"
                size="large"
              >
                {t("breakGlass")}
              </ButtonLink>
            ) : null}
            {may.dispute ? (
              <OpenDispute transactionId={view.transaction_id} sealedFields={view.sealed_groups} />
            ) : null}
            {view.status === "disputed" && mayKnowDisputes ? (
              <DisputeLink transactionId={view.transaction_id} />
            ) : null}
          </>
        }
        apiCall={{ method: "GET", path }}
        facts={
          <>
            <MyAccess record={record} nowMs={nowMs} />
            <TransactionFacts record={record} own={principal.participantId} />
            <WhyFacts record={record} />
            {record.retention === undefined ? null : (
              <Retention transactionId={view.transaction_id} current={record.retention} />
            )}
            <Accesses
              record={record}
              own={principal.participantId}
              mayReadLog={may.export}
              isParty={may.openOwn}
            />
          </>
        }
      >
        <LiveRefresh kinds={["transaction"]} id={view.transaction_id} />
        {record.grants.map((grant) => (
          <LiveRefresh key={grant.id} kinds={["grant"]} id={grant.id} />
        ))}
        {inForce === undefined ? null : <AccessStrip grant={inForce} nowMs={nowMs} />}
        <Fields
          transactionId={view.transaction_id}
          personName={principal.name}
          groups={groups}
          sealed={view.sealed_groups}
          plain={plainOf(view)}
          parties={view.participants.length}
          mayAsk={may.ask}
          nowMs={nowMs}
        />
      </PageFrame>
    </OpeningProvider>
  );
}

/** From a disputed transaction to its dispute, for those who may know of it. */
function DisputeLink({ transactionId }: { transactionId: string }) {
  const t = useTranslations("domain.openDispute");
  return (
    <ButtonLink href={`/disputes?transaction_id=${transactionId}`} look="secondary">
      {t("see")}
    </ButtonLink>
  );
}
