import { redirect } from "next/navigation";
import { useTranslations } from "next-intl";
import { getLocale, getTranslations } from "next-intl/server";
import { chosenColumns } from "@/app/(portal)/_kit/saved-views";
import { PrintButton } from "@/components/layout/page-controls";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { EmptyState } from "@/components/ui/states";
import { formatCount } from "@/lib/format";
import { currentPrincipal } from "@/lib/http/pages/page";
import { FilterWords } from "../_components/filter/filter-words";
import { readAsked } from "../_components/filter/read-asked";
import { addressOf, foldsReads, numberOf, oneOf, withUnknown } from "../_components/filter/read-filter";
import { EventTable, useEventColumns } from "../_components/list/event-table";
import { type LoadedList, loadCheckpoint, loadList } from "../_components/list/load-list";
import { LogChoice } from "../_components/list/log-choice";
import { logViewOf } from "../_components/list/log-views";

/** What a person reads on paper; more of the log is an export's part. */
const LIMIT = 500;

export async function generateMetadata() {
  return { title: (await getTranslations("audit.print"))("title") };
}

/** The people whom the list names already, by pseudonym: details name some of them. */
function peopleIn(items: LoadedList["items"]) {
  return Object.fromEntries(
    items.flatMap(({ actor, actor_name, actor_organisation }) =>
      actor === null || (actor_name ?? actor_organisation) === undefined
        ? []
        : [[actor, { actor_name, actor_organisation }]],
    ),
  );
}

/** The numbered entries, with the columns that the reader chose on the list. */
function PrintRows(props: {
  list: LoadedList;
  chosen: readonly string[];
  signedSize: number;
  isClosed: boolean;
}) {
  const { list, chosen, ...of } = props;
  const columns = useEventColumns({ ...of, names: list.names, people: peopleIn(list.items) });
  const events = list.items.filter(({ seq }) => seq !== null);
  return <EventTable events={events} columns={chosenColumns(columns, chosen)} />;
}

/** Shows each entry with its details, or only its sentence. */
function DetailsLink({ isWhole, hrefOf }: { isWhole: boolean; hrefOf: (isWhole: boolean) => string }) {
  const t = useTranslations("audit.print");
  return (
    <ButtonLink href={hrefOf(!isWhole)} look="secondary" size="bar">
      {t(isWhole ? "withoutDetails" : "withDetails")}
    </ButtonLink>
  );
}

/** A part of the log for paper: the filter, who printed it and when, and the checkpoint that covers it. */
export default async function PrintPage({ searchParams }: PageProps<"/audit/print">) {
  const t = await getTranslations("audit");
  const locale = await getLocale();
  const params = await searchParams;
  const { read: asked, logs } = await readAsked(params);
  const isWhole = oneOf(params, "details") === "1";
  const view = logViewOf(params, []);
  const section = { label: t("title"), href: addressOf("/audit", asked.values) };
  const result = await loadList(asked.filter, {
    log: logs.log,
    before: numberOf(params, "before"),
    limit: LIMIT,
    isFolded: foldsReads(asked.values),
    isWhole,
  });
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const read = withUnknown(asked, result.value.unknown);
  // What cannot be asked of the log is mended where it was typed.
  if (read.fault !== undefined) redirect(addressOf("/audit", read.values));
  const hrefOf = (whole: boolean, before?: number) =>
    addressOf("/audit/print", read.values, { ...view.kept, before, details: whole ? "1" : "" });
  const checkpoint = await loadCheckpoint(logs.log);
  const principal = await currentPrincipal();
  const items = result.value.items.filter(({ seq }) => seq !== null);
  const last = items.at(-1)?.seq ?? undefined;
  return (
    <PageFrame
      crumbs={[section, { label: t("print.title") }]}
      title={t("print.title")}
      lead={t("print.lead")}
      actions={
        <>
          <DetailsLink isWhole={isWhole} hrefOf={hrefOf} />
          <PrintButton>{t("print.now")}</PrintButton>
        </>
      }
    >
      <LogChoice
        logs={logs}
        signed={checkpoint?.size ?? 0}
        href={(log) => addressOf("/audit/print", { ...read.values, log })}
      />
      <div className="mb-6 max-w-[720px]">
        <Facts
          look="aligned"
          facts={[
            { name: t("print.filter"), value: <FilterWords filter={read.filter} /> },
            { name: t("print.count"), value: formatCount(items.length, locale) },
            { name: t("print.by"), value: principal?.name ?? "" },
            { name: t("print.at"), value: <LocalTime instant={new Date().toISOString()} /> },
            ...(checkpoint === undefined
              ? []
              : [
                  { name: t("print.log"), value: checkpoint.origin },
                  {
                    name: t(logs.log === undefined ? "print.checkpoint" : "print.lastCheckpoint"),
                    value: t("print.size", { size: formatCount(checkpoint.size, locale) }),
                  },
                  {
                    name: t("print.root"),
                    value: (
                      <Digest value={checkpoint.root} label={t("print.root")} encoding="base64" isWhole />
                    ),
                  },
                ]),
          ]}
        />
      </div>
      {items.length === 0 ? (
        <EmptyState title={t("empty.filteredTitle")} text={t("empty.filteredText")} />
      ) : (
        <PrintRows
          list={result.value}
          chosen={view.chosen}
          signedSize={checkpoint?.size ?? 0}
          isClosed={logs.log !== undefined}
        />
      )}
      <p className="mt-4 max-w-[640px] text-control text-ink-2">{t("print.note")}</p>
      {result.value.hasOlder && last !== undefined ? (
        <div className="mt-4 print:hidden">
          <ButtonLink href={hrefOf(isWhole, last)} look="secondary">
            {t("print.older")}
          </ButtonLink>
        </div>
      ) : null}
    </PageFrame>
  );
}
