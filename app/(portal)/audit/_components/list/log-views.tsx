import { getTranslations } from "next-intl/server";
import type { Given, Params } from "@/app/(portal)/_kit/list-query";
import { ListToolbar } from "@/app/(portal)/_kit/list-toolbar";
import { columnChoices, keptOf, savedIn, savedTabs } from "@/app/(portal)/_kit/saved-views";
import type { Column } from "@/components/ui/table";
import { Views } from "@/components/ui/views";
import type { EventItem } from "@/lib/audit/schema";
import { isShareable, type SavedView } from "@/lib/home/views/schema";
import { FIELDS, type FilterValues } from "../filter/read-filter";

const PATH = "/audit";

/** Which saved view and which columns the address asks for, and how its links keep them. */
export interface LogView extends ReturnType<typeof savedIn> {
  readonly kept: Given;
}

/** Reads the saved view and the columns from the address. */
export function logViewOf(params: Params, saved: readonly SavedView[]): LogView {
  const view = savedIn(params, saved);
  return { ...view, kept: keptOf(view) };
}

/** Saved views of the log as tabs, next to all entries; nothing where there are none. */
export async function LogTabs({ view }: { view: LogView }) {
  const t = await getTranslations("audit.views");
  if (view.saved.length === 0) return null;
  const tabs = [{ key: "", label: t("all"), href: PATH }, ...(await savedTabs(PATH, view.saved))];
  return (
    <div className="print:hidden">
      <Views label={t("label")} views={tabs} current={view.current?.id ?? ""} />
    </div>
  );
}

/** Saves the filter of the log as a view, and chooses columns. */
export function LogTools(props: {
  view: LogView;
  values: FilterValues;
  columns: readonly Column<EventItem>[];
}) {
  const query = Object.fromEntries(
    FIELDS.flatMap((name) => (props.values[name] === "" ? [] : [[name, props.values[name]]])),
  );
  return (
    <ListToolbar
      list="log"
      path={PATH}
      query={query}
      mayShare={isShareable("log", query)}
      current={props.view.current}
      columns={columnChoices(props.columns, props.view.chosen)}
    />
  );
}
