import Link from "next/link";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { useFieldNames } from "@/components/domain/field-names";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import { Unbroken } from "@/components/ui/unbroken";
import { listEvidence } from "@/lib/api-client/operations/evidence";
import { listEvidence as load } from "@/lib/evidence/list-evidence";
import type { EvidenceItem } from "@/lib/evidence/schema";

const LINK = "underline decoration-line-2 underline-offset-4 hover:decoration-current";

function Records({ item }: { item: EvidenceItem }) {
  const fields = useFieldNames(item.fields);
  return (
    <>
      <span className="flex flex-wrap gap-x-3">
        {item.records.map(({ id, job_id }) => (
          <Link key={id} href={`/transactions/${id}`} prefetch={false} className={LINK}>
            {job_id}
          </Link>
        ))}
      </span>
      <span className="block text-ink-2 text-note">{fields}</span>
    </>
  );
}

/** The case number if the reader made the evidence, otherwise the reference of the request. */
function Case({ item }: { item: EvidenceItem }) {
  const t = useTranslations("evidence");
  const name = item.case_number ?? item.request_reference;
  if (name === undefined) return <span className="text-ink-2">{t("ownRecord")}</span>;
  if (item.request_id === undefined) return name;
  return (
    <Link href={`/requests/${item.request_id}`} prefetch={false} className={LINK}>
      {name}
    </Link>
  );
}

function Reference({ item }: { item: EvidenceItem }) {
  const t = useTranslations("evidence");
  return (
    <span className="flex flex-wrap items-center gap-2">
      <span className="font-medium">
        <Unbroken>{item.reference}</Unbroken>
      </span>
      {item.state === "done" ? (
        <span className="font-mono text-ink-2 text-note">{item.code}</span>
      ) : (
        <Tag tone={item.state === "failed" ? "oxblood" : "amber"}>{t(`states.${item.state}`)}</Tag>
      )}
    </span>
  );
}

function useColumns(): Column<EvidenceItem>[] {
  const t = useTranslations("evidence.columns");
  return [
    { key: "reference", head: t("reference"), isTitle: true, cell: (item) => <Reference item={item} /> },
    { key: "case", head: t("case"), cell: (item) => <Case item={item} /> },
    { key: "records", head: t("records"), cell: (item) => <Records item={item} /> },
    {
      key: "by",
      head: t("by"),
      cell: ({ made_by: { name, organisation } }) => (
        <>
          {name}
          <span className="block text-ink-2 text-note">{organisation}</span>
        </>
      ),
    },
    { key: "at", head: t("at"), cell: ({ made_at }) => <LocalTime instant={made_at} form="minute" /> },
    {
      key: "digest",
      head: t("digest"),
      cell: ({ digest }) => (digest === undefined ? null : <Digest value={digest} label={t("digest")} />),
    },
  ];
}

/** Evidence files that were made. The files themselves are with those who made them. */
const page = listPage({
  path: "/evidence",
  operation: listEvidence,
  load,
  title: async () => (await getTranslations("evidence"))("title"),
  lead: async ({ principal }) =>
    (await getTranslations("evidence"))(principal.duties.includes("compliance") ? "leadAll" : "lead"),
  caption: async () => (await getTranslations("evidence"))("caption"),
  useColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("evidence.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
