"use client";

import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { CallRefused } from "@/components/client/api";
import { formatCount } from "@/lib/format";
import { searchOf } from "../answers/bodies";
import type { FormView } from "../form-view";
import { TextField } from "../sections/text-field";
import { findTransactions } from "./lookups";

const COUNTED = 500;
const AFTER_MS = 500;

type Count =
  | { readonly kind: "none" | "counting" | "notCounted" }
  | { readonly kind: "counted"; readonly count: number; readonly hasMore: boolean };

/** How many transactions match, of those that this person may know of. */
function useCount(search: string): Count {
  const [count, setCount] = useState<Count>({ kind: "none" });
  useEffect(() => {
    if (search === "") {
      setCount({ kind: "none" });
      return;
    }
    let isGone = false;
    const timer = setTimeout(async () => {
      setCount({ kind: "counting" });
      try {
        const { items, next_cursor } = await findTransactions(JSON.parse(search), COUNTED);
        if (!isGone) setCount({ kind: "counted", count: items.length, hasMore: next_cursor !== null });
      } catch (error) {
        if (!isGone) setCount({ kind: error instanceof CallRefused ? "notCounted" : "none" });
      }
    }, AFTER_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [search]);
  return count;
}

function CountLine({ count }: { count: Count }) {
  const t = useTranslations("requests.new.transactions.query");
  const locale = useLocale();
  if (count.kind === "none") return null;
  if (count.kind !== "counted") return <>{t(count.kind)}</>;
  return (
    <>
      {count.hasMore
        ? t("countMore", { count: formatCount(count.count, locale) })
        : t("count", { count: count.count })}
    </>
  );
}

/** Transactions by job, participant and time of recording. */
export function QueryFields({ form, onIds }: { form: FormView; onIds: () => void }) {
  const t = useTranslations("requests.new.transactions");
  const search = searchOf(form.answers);
  const count = useCount(search === undefined ? "" : JSON.stringify(search));
  return (
    <fieldset className="min-w-0">
      <legend className="font-medium text-control">{t("query.label")}</legend>
      <p className="text-note text-ink-2">{t("query.help")}</p>
      <div className="mt-2 grid items-start gap-4 tablet:grid-cols-2">
        <TextField form={form} name="job" label={t("query.job")} maxLength={200} />
        <TextField form={form} name="participant" label={t("query.participant")} maxLength={64} />
        <TextField form={form} name="createdFrom" label={t("query.from")} type="date" />
        <TextField form={form} name="createdTo" label={t("query.to")} type="date" />
      </div>
      <div className="mt-2 flex flex-wrap items-center justify-between gap-x-4 text-control">
        <p role="status" className="text-ink-2">
          <CountLine count={count} />
        </p>
        <button
          type="button"
          onClick={onIds}
          className="min-h-touch cursor-pointer underline underline-offset-4 tablet:min-h-[28px]"
        >
          {t("byIds")}
        </button>
      </div>
    </fieldset>
  );
}
