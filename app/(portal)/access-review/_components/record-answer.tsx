import { useLocale, useTranslations } from "next-intl";
import { DownloadLink } from "@/components/client/download-link";
import { useFieldNames } from "@/components/domain/field-names";
import { roleKey } from "@/components/layout/role-words";
import { EndTime } from "@/components/ui/begin-and-end";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import type { RecordAccess, RecordOpening } from "@/lib/administration/access-review/record-schema";

/** What the rules open for one person, grouped by level, or why nothing opens now. */
function Opens({ one }: { one: RecordOpening }) {
  const t = useTranslations("accessReview");
  const names = useTranslations("domain.fields");
  const list = new Intl.ListFormat(useLocale(), { type: "conjunction" });
  if (one.refused !== null)
    return (
      <>
        {t("records.refused")}
        <span className="block text-note text-ink-2">{one.refused}</span>
      </>
    );
  const levels = [...new Set(one.fields.map(({ level }) => level))];
  return levels.map((level) => {
    const of = one.fields.filter((field) => field.level === level).map(({ field }) => names(field));
    return (
      <span key={level} className="block">
        {list.format(of)} ({t(`levels.${level}`)})
      </span>
    );
  });
}

function useColumns(): Column<RecordOpening>[] {
  const t = useTranslations("accessReview.records");
  const roles = useTranslations("portal.roles");
  return [
    {
      key: "person",
      head: t("person"),
      isTitle: true,
      className: "tablet:w-[34%]",
      cell: ({ person, organisation }) => (
        <>
          {person}
          <span className="block font-normal text-note text-ink-2">{organisation}</span>
        </>
      ),
    },
    { key: "role", head: t("role"), className: "tablet:w-[18%]", cell: ({ role }) => roles(roleKey(role)) },
    { key: "opens", head: t("opens"), cell: (one) => <Opens one={one} /> },
  ];
}

function People({ title, people, none }: { title: string; people: readonly RecordOpening[]; none: string }) {
  const columns = useColumns();
  if (people.length === 0) return <p className="py-2 text-control text-ink-2">{none}</p>;
  return (
    <Table
      caption={title}
      columns={columns}
      rows={people}
      rowKey={({ person, organisation }) => `${person}|${organisation}`}
    />
  );
}

function Grant({ grant }: { grant: RecordAccess["grants"][number] }) {
  const t = useTranslations("accessReview");
  const title = [
    ...(grant.reference === null ? [] : [grant.reference]),
    t(`records.bases.${grant.rests_on}`),
  ].join(", ");
  return (
    <div className="mt-4">
      <h3 className="font-semibold text-control">
        {title}{" "}
        <span className="font-normal text-ink-2">
          {t("records.until")} <EndTime instant={grant.until} look="bare" form="day" />
        </span>
      </h3>
      <People title={title} people={grant.people} none={t("records.noPerson")} />
    </div>
  );
}

/** Parties, grants and escrow of one record: who may open which fields now, and why. */
export function RecordAnswer({ access }: { access: RecordAccess }) {
  const t = useTranslations("accessReview.records");
  const fields = useFieldNames(access.fields);
  const sealed = useFieldNames(access.escrow.fields);
  return (
    <>
      <p className="mt-6 max-w-[80ch] text-body">{t("fields", { job: access.job_id, fields })}</p>
      <Section
        title={t("parties")}
        action={
          <DownloadLink
            href={`/confidential/admin/record-access/${access.transaction_id}/export`}
            look="quiet"
            size="bar"
          >
            {t("csv")}
          </DownloadLink>
        }
      >
        {access.parties.map(({ participant, organisation, people }) => (
          <div key={participant} className="mt-4">
            <h3 className="font-semibold text-control">{t("party", { participant, organisation })}</h3>
            <People title={participant} people={people} none={t("noPerson")} />
          </div>
        ))}
      </Section>
      <Section title={t("grants")} count={access.grants.length}>
        {access.grants.map((grant) => (
          <Grant key={grant.id} grant={grant} />
        ))}
        {access.grants.length === 0 ? <p className="py-2 text-control text-ink-2">{t("noGrants")}</p> : null}
        {access.grants_known === "own" ? (
          <p className="py-2 text-control text-ink-2">{t("ownOnly")}</p>
        ) : null}
      </Section>
      <Section title={t("escrow")}>
        <p className="max-w-[80ch] py-2 text-control">
          {access.escrow.fields.length === 0 ? t("escrowNone") : t("escrowText", { fields: sealed })}
        </p>
      </Section>
    </>
  );
}
