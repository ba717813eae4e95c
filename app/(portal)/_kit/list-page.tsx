import type { z } from "zod";
import { LiveRefresh } from "@/components/client/live-refresh";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { Table } from "@/components/ui/table";
import { listViews } from "@/lib/home/views/views";
import { loadPage } from "@/lib/http/pages/page";
import { FilterFold } from "./filter-fold";
import { addressOf, idOf, isNarrowed, type ListQuery, type Params, readQuery } from "./list-query";
import type { ListAnswer, Listed, ListOperation, ListSpec, RowOf, Shown } from "./list-spec";
import { chosenColumns, keptOf, ListTools, SavedViews, savedIn } from "./saved-views";

export type { Listed, ListSpec } from "./list-spec";

/** Enough rows to fill a screen. */
const PAGE_SIZE = 40;

function Rows<R extends ListAnswer>({ spec, page, caption }: Shown<R> & { caption: string }) {
  const columns = chosenColumns(spec.useColumns(page), page.chosen);
  const rows = (
    <Table<RowOf<R>>
      caption={caption}
      columns={columns}
      rows={page.value.items}
      rowKey={spec.rowKey}
      {...(spec.href === undefined ? {} : { href: (row) => spec.href?.(row, page) })}
    />
  );
  return spec.around?.(rows) ?? rows;
}

async function List<R extends ListAnswer>({ spec, page }: Shown<R>) {
  const { value, given } = page;
  const at = (cursor: string): string => addressOf(page.path, { ...given, ...keptOf(page), cursor });
  const heading = await spec.heading?.(page);
  const empty = value.items.length === 0 ? await spec.empty?.(page) : undefined;
  const list = (
    <>
      {spec.top?.(page)}
      {spec.unreadable?.(page) ?? <UnreadableRows rows={value.unreadable} />}
      {empty === undefined ? (
        <Rows spec={spec} page={page} caption={await spec.caption(page)} />
      ) : (
        <EmptyState title={empty.title} text={empty.text}>
          {empty.next}
        </EmptyState>
      )}
      <Pager
        first={given.cursor === undefined ? undefined : at("")}
        next={value.next_cursor === null ? undefined : at(value.next_cursor)}
      />
    </>
  );
  return heading === undefined ? list : <Section {...heading}>{list}</Section>;
}

interface PageInput {
  readonly params?: Promise<{ readonly id?: string }>;
  readonly searchParams: Promise<Params>;
}

/** A page that shows one list of the API: the same call, the same record of a refusal, and links for its views and pages. */
export function listPage<O extends ListOperation, R extends ListAnswer, Q = z.output<O["query"]>>(
  spec: ListSpec<O, R, Q>,
) {
  const { operation, path } = spec;
  const [defaultView] = spec.views?.keys ?? [];
  const fixed = {
    limit: String(spec.pageSize ?? PAGE_SIZE),
    ...(defaultView === undefined ? {} : { view: defaultView }),
  };
  // Without `read` the query is the operation's: the default of Q.
  const byOperation = (params: Params) =>
    readQuery<O["query"]>(operation.query, params, fixed, spec.cursor) as ListQuery<Q>;
  return {
    generateMetadata: async () => ({ title: await spec.title() }),
    render: async ({ params: place, searchParams }: PageInput) => {
      const params = await searchParams;
      const id = idOf(await place);
      const at = (template: string): string => template.replace("{id}", id);
      const { query, given } = spec.read?.(params) ?? byOperation(params);
      const read = await loadPage(operation, at(operation.path), async (cx) => ({
        answer: await spec.load(cx, query, id),
        saved: spec.saves === undefined ? [] : (await listViews(cx, spec.saves)).items,
      }));
      const [title, above] = await Promise.all([
        spec.title(),
        spec.above?.(read.ok ? read.principal : undefined),
      ]);
      if (!read.ok)
        return <ProblemPage problem={read.problem} section={above ?? { label: title, href: path }} />;
      const view = given.view ?? defaultView;
      const { value, principal } = read;
      const shown = { ...savedIn(params, value.saved), view, nowMs: Date.now() };
      const page: Listed<R> = { value: value.answer, principal, id, path: at(path), given, params, ...shown };
      spec.onRead?.(page);
      // If the members have another form than the API's, the sample shows the call without them.
      const asked = spec.read === undefined ? { ...given, view, cursor: "" } : {};
      return (
        <PageFrame
          crumbs={[...(above === undefined ? [] : [above]), { label: title }]}
          title={title}
          lead={<p className="max-w-[80ch]">{await spec.lead(page)}</p>}
          actions={spec.actions?.(page)}
          apiCall={{ method: "GET", path: addressOf(at(operation.path), asked) }}
        >
          {spec.live === undefined ? null : <LiveRefresh kinds={spec.live} />}
          <div className="mb-4 flex flex-wrap items-end justify-between gap-x-6 border-line border-b empty:hidden print:border-b-0">
            <SavedViews spec={spec} page={page} />
            <ListTools spec={spec} page={page} />
          </div>
          {spec.filter === undefined ? null : (
            <FilterFold isOpen={isNarrowed(given)}>{spec.filter(page)}</FilterFold>
          )}
          {spec.before?.(page)}
          <List spec={spec} page={page} />
          {spec.after?.(page)}
        </PageFrame>
      );
    },
  };
}
