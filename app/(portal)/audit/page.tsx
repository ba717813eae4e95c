import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { FilterFold } from "@/app/(portal)/_kit/filter-fold";
import { chosenColumns } from "@/app/(portal)/_kit/saved-views";
import { addressOf as callAddress } from "@/components/client/api";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { RefreshButton } from "@/components/layout/page-controls";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/states";
import type { EventItem } from "@/lib/audit/schema";
import type { Principal } from "@/lib/context/principal";
import { type DrawerWays, EventDrawer, MissingDrawer } from "./_components/entry/event-drawer";
import { loadEntry } from "./_components/entry/load-entry";
import { actorChoices } from "./_components/filter/actor-choices";
import { FilterBar } from "./_components/filter/filter-bar";
import { readAsked } from "./_components/filter/read-asked";
import {
  addressOf,
  foldsReads,
  isFiltered,
  numberOf,
  oneOf,
  type ReadFilter,
  withUnknown,
} from "./_components/filter/read-filter";
import { EventTable, useEventColumns } from "./_components/list/event-table";
import { FoldedReads } from "./_components/list/folded-reads";
import { ListFoot } from "./_components/list/list-foot";
import {
  type LoadedList,
  loadSavedList,
  NO_LIST,
  type PagePlace,
  queryOf,
  signedSize,
} from "./_components/list/load-list";
import { LogChoice } from "./_components/list/log-choice";
import { LogTabs, LogTools, type LogView, logViewOf } from "./_components/list/log-views";
import { LogKeys } from "./_components/proof/log-keys";

const PATH = "/audit";
const LIMIT = 40;

export async function generateMetadata() {
  return { title: (await getTranslations("audit"))("title") };
}

/** Numbers of the entries above and below the open entry in the current list. */
function neighbours(items: readonly EventItem[], entry: number) {
  const seqs = items.map(({ seq }) => seq).filter((seq) => seq !== null);
  const at = seqs.indexOf(entry);
  return at < 0 ? {} : { newer: seqs[at - 1], older: seqs[at + 1] };
}

async function Drawer(props: {
  entry: number;
  log: string | undefined;
  signed: number;
  ways: DrawerWays;
  isWanted: boolean;
}) {
  const loaded = await loadEntry(props.entry, props.signed, props.log);
  if (!loaded.ok) return <MissingDrawer seq={props.entry} problem={loaded.problem} ways={props.ways} />;
  const { ok: _, ...entry } = loaded;
  return <EventDrawer {...entry} ways={props.ways} isWanted={props.isWanted} />;
}

async function Nothing({ read }: { read: ReadFilter }) {
  const t = await getTranslations("audit.empty");
  const { log } = read.values;
  if (read.fault !== undefined) return <EmptyState title={t("faultTitle")} text={t("faultText")} />;
  const isNarrowed = isFiltered(read.filter);
  if (!isNarrowed) return <EmptyState title={t("title")} text={t("text")} />;
  return (
    <EmptyState title={t("filteredTitle")} text={t("filteredText")}>
      <ButtonLink href={addressOf(PATH, { log })} look="secondary">
        {t("all")}
      </ButtonLink>
    </EmptyState>
  );
}

interface Shown {
  /** At the left of the tools. */
  beside: ReactNode;
  list: LoadedList;
  read: ReadFilter;
  place: PagePlace;
  view: LogView;
  entry: number | undefined;
  signed: number;
}

/** The rows with their tools: the sentence of each entry, and the columns that the reader chose. */
function Rows({ beside, list, read, place, view, entry, signed }: Shown) {
  const { before, after } = place;
  const columns = useEventColumns({
    ...{ signedSize: signed, isClosed: place.log !== undefined },
    ...{ names: list.names, isBeside: entry !== undefined },
  });
  return (
    <>
      <div className="mb-2 flex flex-wrap items-center gap-x-6">
        {beside}
        {entry === undefined ? <LogTools view={view} values={read.values} columns={columns} /> : null}
      </div>
      <div data-entries="">
        <EventTable
          events={list.items}
          columns={chosenColumns(columns, view.chosen)}
          current={entry}
          href={(seq) => addressOf(PATH, read.values, { ...view.kept, before, after, entry: seq })}
        />
      </div>
    </>
  );
}

async function List(props: Omit<Shown, "beside"> & { principal: Principal }) {
  const { list, read, place, view, entry } = props;
  const { values } = read;
  const actors = await actorChoices(list.items, values.actor, props.principal);
  const folded = (
    <FoldedReads
      path={PATH}
      values={values}
      kept={view.kept}
      count={list.folded}
      isFolded={place.isFolded === true}
    />
  );
  return (
    <div className={entry === undefined ? "" : "hidden facts:block"}>
      <FilterFold isOpen={read.fault !== undefined || isFiltered(read.filter)}>
        <FilterBar path={PATH} read={read} actors={actors} more={view.kept}>
          <input type="hidden" name="columns" value={view.kept.columns ?? ""} />
        </FilterBar>
      </FilterFold>
      <UnreadableRows rows={list.unreadable} />
      {list.items.length === 0 ? (
        <>
          {folded}
          <Nothing read={read} />
        </>
      ) : (
        <Rows {...props} beside={folded} />
      )}
      {read.fault === undefined ? (
        <ListFoot path={PATH} values={values} kept={view.kept} list={list} place={place} />
      ) : null}
    </div>
  );
}

/** The log: a filterable list by sequence number, and one entry of it with its parts and its proof. */
export default async function AuditPage({ searchParams }: PageProps<"/audit">) {
  const t = await getTranslations("audit");
  const keeping = await getTranslations("keeping.retention");
  const params = await searchParams;
  const { read: asked, logs } = await readAsked(params);
  const place: PagePlace = {
    log: logs.log,
    before: numberOf(params, "before"),
    after: numberOf(params, "after"),
    limit: LIMIT,
    isFolded: foldsReads(asked.values),
  };
  const entry = numberOf(params, "entry");
  const result = await loadSavedList(asked.filter, place);
  if (!result.ok) return <ProblemPage problem={result.problem} section={{ label: t("title"), href: PATH }} />;
  const { principal, value } = result;
  const view = logViewOf(params, value.saved);
  const read = withUnknown(asked, value.list.unknown);
  // An invalid filter shows no entries. Otherwise it would look as if all entries matched it.
  const list = read.fault === undefined ? value.list : NO_LIST;
  const { items, unreadable = [] } = list;
  const isShort = read.fault === undefined && items.length + unreadable.length < LIMIT;
  if (place.after !== undefined && isShort) redirect(addressOf(PATH, read.values, view.kept));
  const signed = await signedSize(logs.log);
  const { before, after } = place;
  const hrefOf = (seq: number | undefined) =>
    seq === undefined ? undefined : addressOf(PATH, read.values, { ...view.kept, before, after, entry: seq });
  const close = addressOf(PATH, read.values, { ...view.kept, before, after });
  const near = entry === undefined ? {} : neighbours(list.items, entry);
  const ways = { newer: hrefOf(near.newer), older: hrefOf(near.older), close };
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      actions={
        <div className={`flex-wrap gap-2 ${entry === undefined ? "flex" : "hidden facts:flex"}`}>
          {logs.log === undefined ? <RefreshButton>{t("refresh")}</RefreshButton> : null}
          <ButtonLink href="/audit/retention" look="secondary" size="bar" icon="clock">
            {keeping("action")}
          </ButtonLink>
          <ButtonLink
            href={addressOf("/audit/verify", { log: read.values.log })}
            look="secondary"
            size="bar"
            icon="check"
          >
            {t("verify.title")}
          </ButtonLink>
          <ButtonLink
            href={addressOf("/audit/print", read.values, { columns: view.kept.columns })}
            look="secondary"
            size="bar"
            icon="print"
          >
            {t("print.action")}
          </ButtonLink>
          <ButtonLink
            href={addressOf("/audit/exports", read.values)}
            look="secondary"
            size="bar"
            icon="download"
          >
            {t("exports.action")}
          </ButtonLink>
        </div>
      }
      apiCall={{
        method: "GET",
        path: callAddress("/confidential/audit/events", { query: queryOf(read.filter, place) }),
      }}
      factsLook="drawer"
      facts={
        entry === undefined ? undefined : (
          <Drawer
            entry={entry}
            log={logs.log}
            signed={signed}
            ways={ways}
            isWanted={oneOf(params, "verify") === "1"}
          />
        )
      }
    >
      <div className={entry === undefined ? "" : "hidden facts:block"}>
        <LogChoice logs={logs} signed={signed} href={(log) => addressOf(PATH, { ...read.values, log })} />
        <LogTabs view={view} />
      </div>
      <LogKeys closeHref={entry === undefined ? undefined : close} />
      <List {...{ list, read, place, view, entry, signed, principal }} />
    </PageFrame>
  );
}
