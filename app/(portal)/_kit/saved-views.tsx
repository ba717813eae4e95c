import { getTranslations } from "next-intl/server";
import type { ComponentProps } from "react";
import type { Column } from "@/components/ui/table";
import { Views } from "@/components/ui/views";
import { isShareable, type SavedView } from "@/lib/home/views/schema";
import { addressOf, type Given, type Params, textsOf } from "./list-query";
import type { ListAnswer, Listed, RowOf, Shown } from "./list-spec";
import { type ColumnChoice, ListToolbar } from "./list-toolbar";

const COLUMN_KEY = /^[A-Za-z][A-Za-z_]*$/;

/** Reads from the address which saved view is shown, and which columns. Invalid values are ignored. */
export function savedIn(params: Params, saved: readonly SavedView[]) {
  const texts = new Map(textsOf(params));
  return {
    saved,
    current: saved.find(({ id }) => id === texts.get("saved")),
    chosen: (texts.get("columns") ?? "").split(".").filter((key) => COLUMN_KEY.test(key)),
  };
}

/** The members of an address that keep the saved view and the columns. */
export function keptOf({ current, chosen }: Pick<Listed<ListAnswer>, "current" | "chosen">): Given {
  return { saved: current?.id ?? "", columns: chosen.join(".") };
}

/**
 * Returns the chosen columns in the list's own order. Title and controls are always shown. Without a choice: all but the
 * extra ones.
 */
export function chosenColumns<Row>(
  columns: readonly Column<Row>[],
  chosen: readonly string[],
): readonly Column<Row>[] {
  const isShown = ({ key, isTitle, isTool }: Column<Row>): boolean =>
    isTitle === true || isTool === true || chosen.includes(key);
  return columns.some(({ key }) => chosen.includes(key))
    ? columns.filter(isShown)
    : columns.filter(({ isExtra }) => isExtra !== true);
}

/** The columns that people choose among, and which of them are shown. */
export function columnChoices<Row>(
  columns: readonly Column<Row>[],
  chosen: readonly string[],
): readonly ColumnChoice[] {
  const shown = new Set(chosenColumns(columns, chosen).map(({ key }) => key));
  return columns
    .filter(({ isTool }) => isTool !== true)
    .map(({ key, head, isTitle = false, isExtra = false }) => ({
      ...{ key, head, isTitle, isExtra },
      isShown: shown.has(key),
    }));
}

/** The saved views of a list as tabs: those that the reader saved, and those that a colleague shared. */
export async function savedTabs(path: string, saved: readonly SavedView[]) {
  const t = await getTranslations("ui.savedViews");
  return saved.map((view) => ({
    key: view.id,
    label: view.is_own ? view.name : t("shared", { name: view.name }),
    href: hrefOf(path, view),
  }));
}

function hrefOf(path: string, { id, query, columns }: SavedView): string {
  return addressOf(path, { ...query, columns: columns.join("."), saved: id });
}

async function ownViews<R extends ListAnswer>({
  spec,
  page,
}: Shown<R>): Promise<ComponentProps<typeof Views> | undefined> {
  if (spec.savedViews !== undefined) return spec.savedViews(page);
  if (spec.views === undefined) return undefined;
  const { keys, words } = spec.views;
  const { label, names } = await words(page);
  const { total } = page.value;
  return {
    label,
    current: page.view ?? "",
    views: keys.map((key, index) => ({
      key,
      label: names[key] ?? key,
      href: addressOf(page.path, index === 0 ? {} : { view: key }),
      ...(key === page.view && total !== undefined ? { count: total } : {}),
    })),
  };
}

/** The list's own views, then those that the reader saved or a colleague shared. */
export async function SavedViews<R extends ListAnswer>(list: Shown<R>) {
  const { saved, current, path, value } = list.page;
  const own = await ownViews(list);
  if (own === undefined) return null;
  const views = (await savedTabs(path, saved)).map((tab) => ({
    ...tab,
    ...(tab.key === current?.id && value.total !== undefined ? { count: value.total } : {}),
  }));
  const plain =
    current === undefined ? own.views : own.views.map(({ key, label, href }) => ({ key, label, href }));
  return <Views {...own} isInBar current={current?.id ?? own.current} views={[...plain, ...views]} />;
}

/** Returns what the address asks for, in the form in which a saved view keeps it. */
function askedIn<R extends ListAnswer>({ given, view }: Listed<R>): Given {
  const { cursor: _cursor, limit: _limit, saved: _saved, columns: _columns, ...rest } = given;
  return view === undefined ? rest : { ...rest, view };
}

/** Columns and saved views of a list, above its rows. */
export function ListTools<R extends ListAnswer>({ spec, page }: Shown<R>) {
  const columns: readonly Column<RowOf<R>>[] = spec.useColumns(page);
  if (spec.saves === undefined) return null;
  const query = askedIn(page);
  return (
    <ListToolbar
      list={spec.saves}
      path={page.path}
      query={query}
      mayShare={isShareable(spec.saves, query)}
      current={page.current}
      columns={columnChoices(columns, page.chosen)}
    />
  );
}
