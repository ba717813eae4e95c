import type { ComponentProps, ReactNode } from "react";
import type { z } from "zod";
import { LiveRefresh } from "@/components/client/live-refresh";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Views } from "@/components/ui/views";
import type { OperationSpec } from "@/lib/api-client/operation";
import type { WatchedKind } from "@/lib/api-client/queries";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import type { SavedView, ViewedList } from "@/lib/home/views/schema";
import { listViews } from "@/lib/home/views/views";
import { loadPage } from "@/lib/http/pages/page";
import { addressOf, type Given, idOf, type ListQuery, type Params, readQuery } from "./list-query";
import { chosenColumns, keptOf, ListTools, SavedViews, savedIn } from "./saved-views";

/** Enough rows to fill a screen. */
const PAGE_SIZE = 40;

export interface ListAnswer {
  readonly items: readonly unknown[];
  readonly next_cursor: string | null;
  /** How many rows the view has, where the use case counts them. */
  readonly total?: number;
  /** Rows that are stored but cannot be read. */
  readonly unreadable?: readonly { readonly id: string }[] | undefined;
}
export type RowOf<R extends ListAnswer> = R["items"][number];
interface ListOperation extends OperationSpec {
  readonly query: z.ZodType;
}

/** A list that was read, for the parts of its page. */
export interface Listed<R extends ListAnswer> {
  /** Of the record that the list belongs to. */
  readonly id: string;
  /** Of the page, with its id. */
  readonly path: string;
  readonly value: R;
  readonly principal: Principal;
  /** Members of the address that the operation's schema accepts. */
  readonly given: Given;
  /** All parameters of the address. */
  readonly params: Params;
  readonly view: string | undefined;
  /** Views of the list that people saved, and which of them is shown. */
  readonly saved: readonly SavedView[];
  readonly current: SavedView | undefined;
  /** Keys of the columns that were chosen; none for all. */
  readonly chosen: readonly string[];
  readonly nowMs: number;
}

export interface ListSpec<O extends ListOperation, R extends ListAnswer, Q = z.output<O["query"]>> {
  /** Of the page. With `{id}` the list belongs to one record, as does the operation. */
  readonly path: string;
  /** Its schema reads the query from the address. */
  readonly operation: O;
  readonly load: (cx: Context, query: Q, id: string) => Promise<R>;
  /** Reads an address with members that differ from the operation's query. */
  readonly read?: (params: Params) => ListQuery<Q>;
  readonly pageSize?: number;
  /** Form of the list's cursors; a UUID unless said. */
  readonly cursor?: RegExp;
  readonly title: () => Promise<string>;
  /** The page above, which may depend on who reads. Without a reader it is shown with a refusal. */
  readonly above?: (
    principal?: Principal,
  ) => Promise<{ readonly label: string; readonly href: string } | undefined>;
  readonly lead: (page: Listed<R>) => Promise<string>;
  readonly actions?: (page: Listed<R>) => ReactNode;
  /** The list's own views, which are the member `view` of the query. The first is the default. */
  readonly views?: {
    readonly keys: readonly string[];
    readonly words: (page: Listed<R>) => Promise<{
      readonly label: string;
      readonly names: Readonly<Record<string, string>>;
    }>;
  };
  /** People save views of this list, with their columns. */
  readonly saves?: ViewedList;
  /** The list's own views where they are not a member of the query. */
  readonly savedViews?: (page: Listed<R>) => Promise<ComponentProps<typeof Views>>;
  readonly filter?: (page: Listed<R>) => ReactNode;
  /** Heading over the list, where the page has other sections. */
  readonly heading?: (page: Listed<R>) => Promise<{
    readonly title: string;
    readonly count?: number | undefined;
    readonly action?: ReactNode;
  }>;
  /** Between the heading and the rows. */
  readonly top?: (page: Listed<R>) => ReactNode;
  readonly before?: (page: Listed<R>) => ReactNode;
  readonly after?: (page: Listed<R>) => ReactNode;
  readonly caption: (page: Listed<R>) => Promise<string>;
  /** A hook: it may use translations. */
  readonly useColumns: (page: Listed<R>) => readonly Column<RowOf<R>>[];
  readonly rowKey: (row: RowOf<R>) => string;
  readonly href?: (row: RowOf<R>, page: Listed<R>) => string;
  /** Wraps the table. */
  readonly around?: (rows: ReactNode) => ReactNode;
  /** Rows that cannot be read: without it they are shown with their ids only. */
  readonly unreadable?: (page: Listed<R>) => ReactNode;
  /** Without it an empty list is an empty table. */
  readonly empty?: (page: Listed<R>) => Promise<{
    readonly title: string;
    readonly text: string;
    /** The next step. */
    readonly next?: ReactNode;
  }>;
  readonly live?: readonly WatchedKind[];
  /** Called before anything is shown; it may redirect. */
  readonly onRead?: (page: Listed<R>) => void;
}

/** A list as its page shows it. */
export interface Shown<R extends ListAnswer> {
  readonly spec: Omit<ListSpec<ListOperation, R>, "load" | "read">;
  readonly page: Listed<R>;
}

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
          <SavedViews spec={spec} page={page} />
          {spec.filter?.(page)}
          <ListTools spec={spec} page={page} />
          {spec.before?.(page)}
          <List spec={spec} page={page} />
          {spec.after?.(page)}
        </PageFrame>
      );
    },
  };
}
