"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Acts, act, type RowAct } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { buttonClass } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import type { changeView, deleteView, saveView } from "@/lib/api-client/operations/views";
import type { SavedView, ViewedList } from "@/lib/home/views/schema";
import { addressOf, type Given } from "./list-query";

const SAVE = target<typeof saveView>("POST", "/confidential/views");
const CHANGE = target<typeof changeView>("PATCH", "/confidential/views/{id}");
const DELETE = target<typeof deleteView>("DELETE", "/confidential/views/{id}");
const MAX_NAME = 60;

/** A column that people show or hide. */
export interface ColumnChoice {
  readonly key: string;
  readonly head: string;
  /** Always shown. */
  readonly isTitle: boolean;
  /** Hidden until it is chosen. */
  readonly isExtra: boolean;
  readonly isShown: boolean;
}

interface ToolbarProps {
  readonly list: ViewedList;
  readonly path: string;
  /** Members of the address, as a view keeps them. */
  readonly query: Given;
  /** The query has no text that the person typed. */
  readonly mayShare: boolean;
  readonly current: SavedView | undefined;
  readonly columns: readonly ColumnChoice[];
}

/** Keys of the shown columns; none where they are those of a list without a choice. */
function chosenOf(columns: readonly ColumnChoice[]): string[] {
  return columns.every(({ isShown, isExtra }) => isShown !== isExtra)
    ? []
    : columns.filter(({ isShown }) => isShown).map(({ key }) => key);
}

function Columns({ path, query, current, columns }: ToolbarProps) {
  const t = useTranslations("ui.savedViews");
  const router = useRouter();
  const [shown, setShown] = useState<ReadonlySet<string>>(
    new Set(columns.filter(({ isShown }) => isShown).map(({ key }) => key)),
  );
  const turn = (key: string) => {
    const next = new Set(shown);
    if (!next.delete(key)) next.add(key);
    setShown(next);
    const chosen = chosenOf(columns.map((column) => ({ ...column, isShown: next.has(column.key) })));
    const kept = { saved: current?.id, columns: chosen.join(".") };
    router.replace(addressOf(path, { ...query, ...kept }), { scroll: false });
  };
  return (
    <details className="relative">
      <summary className={`${buttonClass("plain", "bar")} list-none`}>
        <Icon name="menu" />
        {t("columns")}
      </summary>
      {/* A fieldset is at least as wide as its longest word unless told otherwise. */}
      <fieldset className="absolute right-0 z-header mt-1 max-h-[60vh] w-max min-w-0 max-w-[calc(100vw-2rem)] overflow-y-auto break-words border border-line-2 bg-sheet p-3">
        <legend className="sr-only">{t("columnsHelp")}</legend>
        {columns.map(({ key, head, isTitle }) => (
          <label key={key} className="flex min-h-[32px] items-start gap-3 py-[6px] text-control">
            <span className="flex h-[1lh] shrink-0 items-center">
              <input type="checkbox" checked={shown.has(key)} disabled={isTitle} onChange={() => turn(key)} />
            </span>
            <span className="min-w-0">{head}</span>
          </label>
        ))}
      </fieldset>
    </details>
  );
}

function useSave({ list, path, query, mayShare, columns }: ToolbarProps): RowAct {
  const t = useTranslations("ui.savedViews");
  const who = {
    kind: "choice",
    label: t("who"),
    initial: "mine",
    options: [
      { value: "mine", label: t("mine") },
      { value: "ours", label: t("ours") },
    ],
  } as const;
  const name = { kind: "line", label: t("name"), missing: t("nameNeeded"), maxLength: MAX_NAME } as const;
  return act<typeof saveView, "name" | "who">("save", {
    call: SAVE,
    label: t("save"),
    button: { look: "plain", size: "bar", icon: "plus" },
    title: t("saveTitle"),
    text: t(mayShare ? "saveText" : "saveTyped"),
    fields: { name, ...(mayShare ? { who } : {}) } as { name: typeof name; who: typeof who },
    body: (typed) => ({
      list,
      name: typed.name,
      query: { ...query },
      columns: chosenOf(columns),
      is_shared: typed.who === "ours",
    }),
    yes: t("save"),
    failed: t("failed"),
    leadsTo: ({ id, query: kept, columns: keys }) =>
      addressOf(path, { ...kept, columns: keys.join("."), saved: id }),
  });
}

/** Acts on the view that is shown, where it is the reader's own. */
function useActs({ path, current }: ToolbarProps): readonly RowAct[] {
  const t = useTranslations("ui.savedViews");
  if (current?.is_own !== true) return [];
  const { id, name, is_shared } = current;
  const button = { look: "quiet", size: "bar" } as const;
  const common = { params: { id }, button, failed: t("failed") };
  return [
    act<typeof changeView, "name">("rename", {
      ...common,
      call: CHANGE,
      label: t("rename"),
      title: t("renameTitle"),
      text: name,
      fields: { name: { kind: "line", label: t("name"), missing: t("nameNeeded"), maxLength: MAX_NAME } },
      body: (typed) => ({ name: typed.name }),
      yes: t("rename"),
    }),
    act<typeof changeView>("share", {
      ...common,
      call: CHANGE,
      label: t(is_shared ? "unshare" : "share"),
      body: () => ({ is_shared: !is_shared }),
    }),
    act<typeof deleteView>("delete", {
      ...common,
      call: DELETE,
      label: t("delete"),
      title: t("deleteTitle"),
      text: t("deleteText"),
      yes: t("delete"),
      danger: true,
      leadsTo: () => path,
    }),
  ];
}

/** Saves what is shown as a view, changes a saved view, and chooses columns. */
export function ListToolbar(props: ToolbarProps) {
  const save = useSave(props);
  const acts = useActs(props);
  return (
    <div className="ml-auto flex min-w-0 flex-wrap items-center justify-end gap-x-5 print:hidden">
      <Acts acts={[...acts, save]} />
      <Columns key={addressOf(props.current?.id ?? "", props.query)} {...props} />
    </div>
  );
}
