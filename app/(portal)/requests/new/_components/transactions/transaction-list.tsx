"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { shortDigest } from "@/lib/format";
import type { Lookup, Lookups } from "./lookups";

const SHOWN = 8;

function Found({ lookup }: { lookup: Lookup | undefined }) {
  const t = useTranslations("requests.new.transactions");
  if (lookup === undefined) return null;
  if (lookup.kind === "known")
    return (
      <>
        {t("job", { job: lookup.job })}, <LocalTime instant={lookup.at} form="day" />
      </>
    );
  if (lookup.kind === "unknown")
    return (
      <span className="inline-flex items-center gap-2 text-oxblood">
        <Icon name="warning" />
        {t("unknown")}
      </span>
    );
  return <>{t(lookup.kind)}</>;
}

/** The transactions named so far, each with what is known of it. */
export function TransactionList(props: {
  ids: readonly string[];
  lookups: Lookups;
  onRemove: (id: string) => void;
}) {
  const { ids, lookups } = props;
  const t = useTranslations("requests.new.transactions");
  const [isWhole, setWhole] = useState(false);
  // Numbers that do not exist are always shown, in a long list too.
  const isShown = (id: string, index: number) =>
    isWhole || index < SHOWN || lookups.get(id)?.kind === "unknown";
  if (ids.length === 0) return null;
  return (
    <>
      <ul aria-label={t("label")}>
        {ids.map((id, index) =>
          isShown(id, index) ? (
            <li
              key={id}
              className="flex min-h-row flex-wrap items-center gap-x-4 border-line border-b py-1 pr-1 pl-3"
            >
              <span title={id} className="min-w-0 wrap-anywhere font-mono text-control">
                <span className="tablet:hidden">{shortDigest(id)}</span>
                <span className="hidden tablet:inline">{id}</span>
              </span>
              <span className="ml-auto text-control text-ink-2">
                <Found lookup={lookups.get(id)} />
              </span>
              <button
                type="button"
                aria-label={t("remove", { id: shortDigest(id) })}
                onClick={() => props.onRemove(id)}
                className="inline-flex size-touch shrink-0 cursor-pointer items-center justify-center rounded-control text-ink-2 hover:text-ink tablet:size-[28px]"
              >
                <Icon name="cross" />
              </button>
            </li>
          ) : null,
        )}
      </ul>
      {ids.length > SHOWN && !isWhole ? (
        <p className="flex min-h-row items-center border-line border-b px-3 text-control">
          <button
            type="button"
            onClick={() => setWhole(true)}
            className="min-h-touch cursor-pointer underline underline-offset-4 tablet:min-h-0"
          >
            {t("all", { count: ids.length })}
          </button>
        </p>
      ) : null}
    </>
  );
}
