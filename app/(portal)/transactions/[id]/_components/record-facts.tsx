import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { AccessHere } from "@/app/(portal)/transactions/[id]/_components/access/access-strip";
import { MoveStatus } from "@/app/(portal)/transactions/[id]/_components/move-status";
import { ReceiptDownload } from "@/components/domain/receipt-download";
import { StatusTag } from "@/components/domain/status-tag";
import { EndTime } from "@/components/ui/begin-and-end";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import type { GrantView } from "@/lib/access/grants/schema";
import { orderName } from "@/lib/format";
import type { RecordView } from "@/lib/transactions/read/read-record";
import { Purpose } from "@/lib/vocabulary";

function FactLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} prefetch={false} className="underline decoration-line-2 underline-offset-4">
      {children}
    </Link>
  );
}

/** A grant that has ended, said plainly: what it was, how it ended. */
function EndedAccess({ grant }: { grant: GrantView }) {
  const t = useTranslations("transactions.myAccess");
  const state = grant.state === "revoked" ? "revoked" : "expired";
  return (
    <>
      <p className="font-semibold text-lead">{t(`${state}.title`)}</p>
      <p className="mt-1 text-control text-ink-2">
        {t.rich(`${state}.text`, {
          time: () =>
            grant.revoked_at === undefined ? (
              <EndTime instant={grant.not_after} look="bare" />
            ) : (
              <LocalTime instant={grant.revoked_at} form="minute" />
            ),
        })}
      </p>
    </>
  );
}

export function MyAccess({ record, nowMs }: { record: RecordView; nowMs: number }) {
  const t = useTranslations("transactions.myAccess");
  const [grant] = record.grants;
  const isSealed = record.view.sealed_groups.length > 0;
  if (record.may.openOwn)
    return (
      <FactsSection title={t("title")}>
        <p className="text-control text-ink-2">
          {t(record.heldKey !== undefined ? "held" : isSealed ? "own" : "ownPlain")}
        </p>
        {record.heldKey === undefined ? null : (
          <p className="mt-1 text-control">
            <FactLink href={`/keys/${record.heldKey}`}>{t("heldHow")}</FactLink>
          </p>
        )}
      </FactsSection>
    );
  if (grant === undefined)
    return (
      <FactsSection title={t("title")}>
        <p className="font-semibold text-lead">{t("none.title")}</p>
        <p className="mt-1 text-control text-ink-2">{t("none.text")}</p>
      </FactsSection>
    );
  const isInForce = grant.state === "active" || grant.state === "pending" || grant.state === "exhausted";
  return (
    <FactsSection
      title={t("title")}
      note={<FactLink href={`/grants/${grant.id}`}>{grant.reference}</FactLink>}
    >
      {isInForce ? (
        // Where the facts are below the fields, it is above them.
        <div className={grant.state === "pending" ? "" : "hidden facts:block print:block"}>
          <AccessHere grant={grant} nowMs={nowMs} />
        </div>
      ) : (
        <EndedAccess grant={grant} />
      )}
      {isInForce ? <p className="mt-3 text-control text-ink-2">{t("recorded")}</p> : null}
    </FactsSection>
  );
}

export function TransactionFacts({ record, own }: { record: RecordView; own: string | undefined }) {
  const t = useTranslations("transactions.facts");
  const { view, may } = record;
  const facts = [
    { name: t("state"), value: <StatusTag status={view.status} /> },
    { name: t("submitter"), value: view.submitter },
    ...view.participants
      .filter((one) => one !== view.submitter)
      .map((one) => ({ key: one, name: t("party"), value: one })),
    ...(view.occurred_at === undefined
      ? []
      : [{ name: t("occurred"), value: <LocalTime instant={view.occurred_at} form="minute" /> }]),
    { name: t("submitted"), value: <LocalTime instant={view.timestamp} form="minute" /> },
    ...(record.hold === undefined
      ? []
      : [
          {
            name: t("hold"),
            value: (
              <FactLink href="/audit/holds">
                <EndTime instant={record.hold.until} form="day" before={t("until")} />
                {record.hold.person === undefined ? "" : `, ${record.hold.person}`}
              </FactLink>
            ),
          },
        ]),
    { name: t("confidential"), value: t(view.confidential ? "yes" : "no") },
  ];
  return (
    <FactsSection title={t("title")}>
      <Facts facts={facts} />
      {view.submitter === own ? (
        <div className="mt-3">
          <ReceiptDownload of={{ transaction_id: view.transaction_id }} name={view.job_id} />
        </div>
      ) : null}
      <MoveStatus transactionId={view.transaction_id} to={may.move} />
      {record.mayHold ? (
        <p className="mt-2 text-control print:hidden">
          <FactLink href={`/audit/holds?records=${view.transaction_id}`}>{t("placeHold")}</FactLink>
        </p>
      ) : null}
    </FactsSection>
  );
}

const PROOFS = ["passkey", "ed25519", "evaluation"] as const;

/** What the access rests on: legal authority, deciders, how they signed. */
export function WhyFacts({ record }: { record: RecordView }) {
  const t = useTranslations("transactions.why");
  const purposes = useTranslations("domain.purposes");
  const instruments = useTranslations("domain.instruments");
  const [grant] = record.grants;
  // A party's own access needs no other basis, and is described above.
  if (record.may.openOwn || grant === undefined) return null;
  const { request } = record;
  const authority = request?.authority;
  const approvals = request?.decisions.filter(({ decision }) => decision === "approve") ?? [];
  const proofs = PROOFS.filter((kind) => approvals.some(({ proof }) => proof === kind));
  const purpose = Purpose.safeParse(grant.purpose);
  const facts = [
    ...(authority === undefined || request === undefined
      ? []
      : [
          {
            name: t("authority"),
            value: (
              <FactLink href={`/requests/${request.id}`}>
                {orderName(instruments(authority.kind), authority.case_number)}
              </FactLink>
            ),
          },
          ...(authority.issuer === undefined ? [] : [{ name: t("issuer"), value: authority.issuer }]),
        ]),
    ...(grant.dispute_id === undefined
      ? []
      : [
          {
            name: t("dispute"),
            value: <FactLink href={`/disputes/${grant.dispute_id}`}>{t("disputeLink")}</FactLink>,
          },
        ]),
    { name: t("purpose"), value: purpose.success ? purposes(purpose.data) : grant.purpose },
    ...(approvals.length === 0
      ? []
      : [{ name: t("decided"), value: approvals.map(({ approver }) => approver.name).join(", ") }]),
    ...(proofs.length === 0
      ? []
      : [{ name: t("signed"), value: proofs.map((proof) => t(`proofs.${proof}`)).join(", ") }]),
  ];
  return (
    <FactsSection title={t("title")}>
      <Facts facts={facts} />
    </FactsSection>
  );
}
