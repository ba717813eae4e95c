import Link from "next/link";
import { useTranslations } from "next-intl";
import { AccessInForce } from "@/components/domain/access-in-force";
import { EndTime } from "@/components/ui/begin-and-end";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import type { GrantDetail } from "@/lib/access/grants/schema";

const LINK = "underline underline-offset-4 hover:text-ink";

function useRestsOn(grant: GrantDetail): Fact[] {
  const t = useTranslations("grants.detail");
  const kinds = useTranslations("domain.instruments");
  const verification = useTranslations("domain.verification");
  const { authority, legal_authority: order, request_id, dispute_id, break_glass_id, released_by } = grant;
  const facts: Fact[] = [];
  if (authority !== undefined)
    facts.push({
      name: t("authority"),
      value: `${kinds(authority.kind)}, ${authority.case_number}, ${authority.issuer}`,
    });
  if (order !== undefined)
    facts.push(
      { name: verification("name"), value: verification(order.assurance) },
      ...(order.valid_until === undefined
        ? []
        : [{ name: t("validUntil"), value: <EndTime instant={order.valid_until} /> }]),
    );
  if (request_id !== undefined)
    facts.push({
      name: t("request"),
      // Only the requester can open the request. Co-viewers see its number.
      value: grant.co_viewed ? (
        grant.request_reference
      ) : (
        <Link href={`/requests/${request_id}`} prefetch={false} className={LINK}>
          {grant.request_reference}
        </Link>
      ),
    });
  if (dispute_id !== undefined)
    facts.push({
      name: t("dispute"),
      value: (
        <Link href={`/disputes/${dispute_id}`} prefetch={false} className={LINK}>
          {t("viewDispute")}
        </Link>
      ),
    });
  if (break_glass_id !== undefined)
    facts.push({
      name: t("basis"),
      value: (
        <Link href={`/break-glass/${break_glass_id}`} prefetch={false} className={LINK}>
          {t("breakGlass")}
        </Link>
      ),
    });
  if (released_by !== undefined)
    facts.push({ name: t("releasedBy"), value: released_by.map(({ person }) => person.name).join(", ") });
  return facts;
}

/** Time, views and where the access comes from: what stays true while one works under a grant. */
export function GrantFacts({ grant, nowMs }: { grant: GrantDetail; nowMs: number }) {
  const t = useTranslations("grants.detail");
  const domain = useTranslations("domain");
  const restsOn = useRestsOn(grant);
  const stages = { legal: t("decidedLegal"), coordinator: t("decidedCoordinator") };
  return (
    <>
      <div className="hidden facts:block">
        <FactsSection title={t("access")} note={grant.reference}>
          <AccessInForce grant={grant} nowMs={nowMs} />
        </FactsSection>
      </div>
      {/* The first that shows where the one above does not. */}
      <FactsSection title={t("why")} className="max-facts:border-t-0 max-facts:pt-0">
        <Facts
          facts={[
            { name: t("purpose"), value: domain(`purposes.${grant.purpose}`) },
            ...restsOn,
            ...(grant.co_viewed ? [{ name: t("holder"), value: grant.holder_name }] : []),
            ...(grant.co_viewers === undefined
              ? []
              : [{ name: t("coViewers"), value: grant.co_viewers.map(({ name }) => name).join(", ") }]),
            ...grant.decided_by.map(({ stage, person, at }) => ({
              key: stage,
              name: stages[stage],
              value: (
                <>
                  {person.name}
                  <span className="block text-ink-2 text-note">
                    <LocalTime instant={at} form="minute" />
                  </span>
                </>
              ),
            })),
            { name: t("created"), value: <LocalTime instant={grant.created_at} form="minute" /> },
            {
              name: t("signedBy"),
              value: t(grant.assurance === "evaluation" ? "evaluation" : "signed"),
            },
          ]}
        />
      </FactsSection>
    </>
  );
}
