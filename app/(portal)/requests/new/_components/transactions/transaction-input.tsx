"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useFileChooser } from "@/components/form/use-file-chooser";
import { Icon } from "@/components/ui/icon";
import { controlId } from "../answers/answers";
import type { FormView } from "../form-view";
import { type ListReport, type LookupStore, type Lookups, numbersIn, reportOf } from "./lookups";
import { TransactionList } from "./transaction-list";

/** The most that a request may name. */
const MAX_IDS = 1_000;

/** Numbers by pasting or typing. Each is looked up when it is added to the list. */
export function TransactionInput(props: {
  form: FormView;
  store: LookupStore;
  lookups: Lookups;
  onQuery: () => void;
}) {
  const { form, store, lookups } = props;
  const t = useTranslations("requests.new.transactions");
  const [text, setText] = useState("");
  const [rest, setRest] = useState<readonly string[]>([]);
  const [report, setReport] = useState<ListReport | undefined>();
  const chooser = useFileChooser(".txt,.csv,text/plain,text/csv", (file) => void file.text().then(take));
  const { ids } = form.answers;
  const error = form.errorOf("ids");
  const id = controlId("ids");

  /** Takes the numbers out of a text. The rest stays in the control, to be corrected. */
  const take = (typed: string) => {
    const found = numbersIn(typed);
    const counted = reportOf(typed, ids);
    setReport(counted.found + counted.twice > 1 ? counted : undefined);
    if (found.ids.length > 0) {
      store.want(found.ids);
      form.change({ ids: [...new Set([...ids, ...found.ids])].slice(0, MAX_IDS) });
    }
    setText(found.rest.join(" "));
    setRest(found.rest);
  };

  return (
    <div className={error === undefined ? "" : "border-oxblood border-l-[3px] pl-3"}>
      <label htmlFor={id} className="block font-medium text-control">
        {t("label")}
      </label>
      {error === undefined ? null : (
        <p id={`${id}-error`} className="mt-1 flex items-center gap-2 text-control text-oxblood">
          <Icon name="warning" />
          {error}
        </p>
      )}
      <div
        className={`mt-1 rounded-control bg-sheet ${error === undefined ? "border border-edge" : "border-2 border-oxblood"}`}
      >
        <TransactionList
          ids={ids}
          lookups={lookups}
          onRemove={(gone) => {
            form.change({ ids: ids.filter((other) => other !== gone) });
            document.getElementById(id)?.focus();
          }}
        />
        <div className="flex flex-wrap items-center gap-x-4">
          <input
            id={id}
            type="text"
            value={text}
            autoComplete="off"
            spellCheck={false}
            placeholder={t("paste")}
            aria-invalid={error === undefined ? undefined : true}
            aria-describedby={error === undefined ? `${id}-rest` : `${id}-error ${id}-rest`}
            onChange={(event) => setText(event.target.value)}
            onPaste={(event) => {
              event.preventDefault();
              take(`${text} ${event.clipboardData.getData("text/plain")}`);
            }}
            onBlur={() => take(text)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              take(text);
            }}
            className="min-h-touch min-w-[200px] grow rounded-control bg-sheet px-3 font-mono text-control placeholder:font-sans placeholder:text-ink-3 tablet:min-h-form"
          />
          <span className="flex items-center gap-3 pr-1 pl-3 max-tablet:grow">
            {chooser.input}
            <button
              type="button"
              onClick={chooser.open}
              className="min-h-touch cursor-pointer text-control underline max-tablet:py-2 underline-offset-4 tablet:min-h-[28px]"
            >
              {t("fromFile")}
            </button>
            <button
              type="button"
              onClick={props.onQuery}
              className="min-h-touch cursor-pointer text-control underline max-tablet:py-2 underline-offset-4 tablet:min-h-[28px]"
            >
              {t("byQuery")}
            </button>
            <button
              type="button"
              aria-label={t("add")}
              onClick={() => take(text)}
              className="inline-flex size-touch cursor-pointer items-center justify-center rounded-control text-ink-2 hover:text-ink max-tablet:ml-auto tablet:size-[28px]"
            >
              <Icon name="plus" />
            </button>
          </span>
        </div>
      </div>
      <p role="status" className="text-control text-ink-2">
        {report === undefined ? "" : t("report", { ...report })}
      </p>
      <p id={`${id}-rest`} role="status" className="text-control text-oxblood">
        {rest.length === 0 ? "" : t("notNumbers", { count: rest.length, text: rest.slice(0, 3).join(", ") })}
      </p>
    </div>
  );
}
