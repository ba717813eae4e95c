import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { AccessInForce } from "@/components/domain/access-in-force";
import { isMaskedOnly, openingCallOf } from "@/components/opening/opening-call";
import { OpenGrantButton } from "@/components/opening/opening-host";
import { EndTime, StartTime } from "@/components/ui/begin-and-end";
import { Facts } from "@/components/ui/facts";
import { FactsSection } from "@/components/ui/section";
import { Unbroken } from "@/components/ui/unbroken";
import type { CaseDetail } from "@/lib/access/cases/schema";
import type { Principal } from "@/lib/context/principal";

const LINK = "underline decoration-line-2 underline-offset-4 hover:decoration-current";

interface CaseProps {
  readonly shown: CaseDetail;
  readonly reader: Principal;
  readonly nowMs: number;
}

/** The access in force, or that there is none. */
export function CaseAccess({ shown, reader, nowMs }: CaseProps) {
  const t = useTranslations("cases.detail");
  const live = shown.grants.filter(({ state }) => state === "active" || state === "pending");
  if (live.length === 0) return <p className="text-control text-ink-2">{t("noAccess")}</p>;
  const own = live.find(
    ({ holder, state, level }) => holder === reader.handle && state === "active" && level !== "metadata",
  );
  return (
    <div className="space-y-4">
      {live.map((grant) => (
        <div key={grant.id}>
          <AccessInForce grant={grant} nowMs={nowMs} />
          <p className="mt-2 text-control">
            <Link href={`/grants/${grant.id}`} prefetch={false} className={LINK}>
              <Unbroken>{grant.reference}</Unbroken>
            </Link>
          </p>
        </div>
      ))}
      {own === undefined ? null : (
        <OpenGrantButton
          request={{ grantId: own.id, via: openingCallOf(reader.role), personName: reader.name }}
          look="secondary"
          size="form"
          icon="eye"
          className="w-full"
        >
          {t(isMaskedOnly(own) ? "viewMasked" : "openFields")}
        </OpenGrantButton>
      )}
    </div>
  );
}

function Order({ order }: { order: CaseDetail["order"] }) {
  const t = useTranslations("cases.detail");
  const kinds = useTranslations("domain.instruments");
  const verification = useTranslations("domain.verification");
  return (
    // The first section where the access is shown above the page.
    <FactsSection title={t("order")} className="max-facts:border-t-0 max-facts:pt-0">
      <Facts
        facts={[
          { name: t("kind"), value: kinds(order.kind) },
          { name: t("issuer"), value: order.issuer },
          {
            name: t("valid"),
            value: (
              <>
                <StartTime instant={order.valid_from} form="day" />{" "}
                <EndTime instant={order.valid_until} form="day" before={t("until")} />
              </>
            ),
          },
          { name: verification("name"), value: verification(order.assurance) },
          ...(order.sealed === undefined
            ? []
            : [
                {
                  name: t("told"),
                  value: t.rich("notBefore", {
                    day: () => <StartTime instant={order.sealed?.until ?? ""} form="day" />,
                  }),
                },
              ]),
        ]}
      />
    </FactsSection>
  );
}

const RECORDS = 12;

function Records({ records }: { records: CaseDetail["records"] }) {
  const t = useTranslations("cases.detail");
  const shown = records.slice(0, RECORDS);
  const standing = (record: CaseDetail["records"][number]): ReactNode => (
    <>
      <span className={record.standing === "opened" ? "text-accent" : "text-ink-2"}>
        {t(`standing.${record.standing}`)}
      </span>
      {record.held_until === undefined ? null : (
        <span className="block text-ink-2 text-note">
          {t.rich("held", {
            day: () => <EndTime instant={record.held_until ?? ""} form="day" before={t("until")} />,
          })}
        </span>
      )}
    </>
  );
  return (
    <FactsSection title={t("records")} note={records.length}>
      <Facts
        facts={shown.map((record) => ({
          key: record.transaction_id,
          name: (
            <Link href={`/transactions/${record.transaction_id}`} prefetch={false} className={LINK}>
              {record.job_id ?? record.transaction_id.slice(0, 8)}
            </Link>
          ),
          value: standing(record),
        }))}
      />
      {records.length > RECORDS ? (
        <p className="text-control text-ink-2">{t("more", { count: records.length - RECORDS })}</p>
      ) : null}
    </FactsSection>
  );
}

/** Access, order, requests, records with their state, and people of the case. */
export function CaseFacts({ shown, reader, nowMs }: CaseProps) {
  const t = useTranslations("cases.detail");
  const states = useTranslations("domain.requestStates");
  return (
    <>
      <div className="hidden facts:block">
        <FactsSection title={t("access")}>
          <CaseAccess shown={shown} reader={reader} nowMs={nowMs} />
        </FactsSection>
      </div>
      <Order order={shown.order} />
      <FactsSection title={t("requests")} note={shown.requests.length}>
        <Facts
          facts={shown.requests.map((request) => ({
            key: request.id,
            name: (
              <Link href={`/requests/${request.id}`} prefetch={false} className={LINK}>
                <Unbroken>{request.reference}</Unbroken>
              </Link>
            ),
            value: states(request.state),
          }))}
        />
      </FactsSection>
      <Records records={shown.records} />
      <FactsSection title={t("people")} note={shown.people.length}>
        <Facts
          facts={shown.people.map(({ part, person }) => ({
            key: `${part} ${person.handle}`,
            name: t(`parts.${part}`),
            value: person.handle === reader.handle ? t("you", { name: person.name }) : person.name,
          }))}
        />
      </FactsSection>
    </>
  );
}
