import type { ComponentProps, ReactNode } from "react";
import type { z } from "zod";
import type { Column } from "@/components/ui/table";
import type { Views } from "@/components/ui/views";
import type { OperationSpec } from "@/lib/api-client/operation";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import type { SavedView, ViewedList } from "@/lib/home/views/schema";
import type { WatchedKind } from "@/lib/word-lists";
import type { Given, ListQuery, Params } from "./list-query";

/** What a list page is made of. `listPage` makes the page. */
export interface ListAnswer {
  readonly items: readonly unknown[];
  readonly next_cursor: string | null;
  /** How many rows the view has, where the use case counts them. */
  readonly total?: number;
  /** Rows that are stored but cannot be read. */
  readonly unreadable?: readonly { readonly id: string }[] | undefined;
}
export type RowOf<R extends ListAnswer> = R["items"][number];
export interface ListOperation extends OperationSpec {
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
