"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { CallFailure } from "@/components/client/call-failure";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { LocalTime } from "@/components/ui/local-time";
import { shortDigest } from "@/lib/format";
import { findTransactions } from "./lookups";

type Found = Awaited<ReturnType<typeof findTransactions>>["items"][number];

const SHOWN = 20;
const FIELD = "request-find-job";

/** Finds transactions of one job to add. It opens below the numbers. */
export function TransactionFinder(props: {
  ids: readonly string[];
  onAdd: (found: readonly Found[]) => void;
}) {
  const t = useTranslations("requests.new.transactions.find");
  const [job, setJob] = useState("");
  const [asked, setAsked] = useState("");
  const [found, setFound] = useState<readonly Found[]>();
  const [hasMore, setMore] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);

  const add = (wanted: readonly Found[]) => {
    props.onAdd(wanted);
    // The pressed button has disappeared, so the focus moves to the search field.
    document.getElementById(FIELD)?.focus();
  };
  useEffect(() => document.getElementById(FIELD)?.focus(), []);
  const search = async () => {
    const wanted = job.trim();
    if (wanted === "" || isBusy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const { items, next_cursor } = await findTransactions({ job_id: wanted }, SHOWN);
      setAsked(wanted);
      setFound(items);
      setMore(next_cursor !== null);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };

  const open = (found ?? []).filter((one) => !props.ids.includes(one.transaction_id));
  return (
    <div className="mt-3 border-line-2 border-l-[3px] pl-4">
      <div className="flex flex-wrap items-end gap-3">
        <Field id={FIELD} label={t("label")} className="min-w-[200px] grow tablet:max-w-[320px]">
          {(control) => (
            <TextInput
              {...control}
              value={job}
              autoComplete="off"
              onChange={(event) => setJob(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter") return;
                event.preventDefault();
                void search();
              }}
            />
          )}
        </Field>
        <Button icon="search" isBusy={isBusy} onClick={() => void search()}>
          {t("search")}
        </Button>
      </div>
      <CallFailure error={failure} />
      <div role="status" className="mt-2 text-control">
        {found?.length === 0 ? <p className="text-ink-2">{t("none")}</p> : null}
      </div>
      {found === undefined || found.length === 0 ? null : (
        <>
          <ul aria-label={t("results", { job: asked })} className="border-line border-t text-control">
            {found.map((one) => (
              <li
                key={one.transaction_id}
                className="flex min-h-row flex-wrap items-center gap-x-4 border-line border-b py-1"
              >
                <span title={one.transaction_id} className="font-mono">
                  {shortDigest(one.transaction_id)}
                </span>
                <span className="text-ink-2">{one.participants.join(", ")}</span>
                <span className="ml-auto text-ink-2">
                  <LocalTime instant={one.timestamp} form="minute" />
                </span>
                {props.ids.includes(one.transaction_id) ? (
                  <span className="text-accent">{t("added")}</span>
                ) : (
                  <Button size="bar" icon="plus" onClick={() => add([one])}>
                    {t("add")}
                    <span className="sr-only">{shortDigest(one.transaction_id)}</span>
                  </Button>
                )}
              </li>
            ))}
          </ul>
          {hasMore ? <p className="mt-1 text-note text-ink-2">{t("more", { count: SHOWN })}</p> : null}
          {open.length > 1 ? (
            <Button size="bar" className="mt-2" onClick={() => add(open)}>
              {t("addAll", { count: open.length })}
            </Button>
          ) : null}
        </>
      )}
    </div>
  );
}
