import Link from "next/link";
import { useTranslations } from "next-intl";
import { AccessLines } from "@/app/(portal)/transactions/[id]/_components/access/accesses";
import { AccessInForce } from "@/components/domain/access-in-force";
import { Digest } from "@/components/ui/digest";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import type { AccessLogItem } from "@/lib/audit/reading/access-logs";
import type { DisputeView } from "@/lib/disputes/schema";
import { TransactionStatus } from "@/lib/transactions/schema";

function permissionFacts(
  t: ReturnType<typeof useTranslations<"disputes.facts">>,
  dispute: DisputeView,
): Fact[] {
  const { permitted_until: until, signed_by: signedBy, taken_by: taken, grant } = dispute;
  return [
    ...(until === undefined
      ? []
      : [{ name: t("until"), value: <LocalTime instant={until} form="minute" /> }]),
    ...(signedBy === undefined
      ? []
      : [{ name: t("signed"), value: t(signedBy === "own_key" ? "party" : "evaluation") }]),
    ...(taken === undefined ? [] : [{ name: t("with"), value: taken.name }]),
    ...(grant === undefined
      ? []
      : [
          {
            name: t("viewsUsed"),
            value: t("ofViews", { used: grant.max_views - grant.views_left, all: grant.max_views }),
          },
        ]),
  ];
}

function EndFacts({ dispute }: { dispute: DisputeView }) {
  const t = useTranslations("disputes.facts");
  const outcomes = useTranslations("disputes.outcomes");
  const { resolved_by: by, resolved_at: at, resolution, outcome } = dispute;
  if (by === undefined || at === undefined) return null;
  const facts = [
    ...(outcome === undefined ? [] : [{ name: t("outcome"), value: outcomes(outcome) }]),
    { name: t("by"), value: by.name },
    { name: t("at"), value: <LocalTime instant={at} form="minute" /> },
  ];
  return (
    <FactsSection title={t("resolution")}>
      <p className="mb-2 whitespace-pre-wrap break-words text-body">{resolution}</p>
      <Facts facts={facts} />
    </FactsSection>
  );
}

function Looks({ looks }: { looks: readonly AccessLogItem[] }) {
  const t = useTranslations("disputes.facts");
  return (
    <FactsSection title={t("looks")}>
      {looks.length === 0 ? <p className="text-control text-ink-2">{t("noLooks")}</p> : null}
      <AccessLines items={looks} own={undefined} />
      <p className="mt-2 text-note text-ink-2">{t("looksNote")}</p>
    </FactsSection>
  );
}

/** What stays true while one works on a dispute: access, permission, transaction, every look. */
export function DisputeFacts(props: {
  dispute: DisputeView;
  looks: readonly AccessLogItem[];
  isHolder: boolean;
  nowMs: number;
}) {
  const { dispute, looks, isHolder, nowMs } = props;
  const grounds = useTranslations("disputes.grounds");
  const t = useTranslations("disputes.facts");
  const status = useTranslations("disputes.status");
  const { grant } = dispute;
  const facts = permissionFacts(t, dispute);
  return (
    <>
      <EndFacts dispute={dispute} />
      {isHolder && grant !== undefined ? (
        <FactsSection title={t("access")}>
          <AccessInForce grant={grant} nowMs={nowMs} />
          <p className="mt-3 text-control text-ink-2">{t("levelNote")}</p>
        </FactsSection>
      ) : null}
      {facts.length === 0 ? null : (
        <FactsSection title={t("permission")}>
          <Facts facts={facts} />
        </FactsSection>
      )}
      <FactsSection title={t("transaction")}>
        <Facts
          facts={[
            { name: t("ground"), value: grounds(dispute.ground) },
            { name: t("state"), value: status(TransactionStatus.parse(dispute.transaction_status)) },
            { name: t("participants"), value: dispute.participants.join(", ") },
            { name: t("id"), value: <Digest value={dispute.transaction_id} label={t("id")} /> },
          ]}
        />
        <Link
          href={`/transactions/${dispute.transaction_id}`}
          prefetch={false}
          className="mt-2 inline-flex min-h-[24px] items-center text-control underline underline-offset-4"
        >
          {t("open")}
        </Link>
      </FactsSection>
      <Looks looks={looks} />
    </>
  );
}
