"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Opened } from "@/components/client/blank-rules";
import { type CopyOutcome, useCopyGuard } from "@/components/client/logged-copy";
import type { OpenedValues } from "@/components/client/opened";
import { FieldRowFrame, MaskedField, OpenedField } from "@/components/domain/field-box";
import { fieldRows } from "@/components/domain/field-rows";
import { MakeEvidence } from "@/components/opening/make-evidence";
import { OpeningRefusal } from "@/components/opening/opening-refusal";
import { Button } from "@/components/ui/button";
import { Countdown, endsSoon } from "@/components/ui/countdown";
import { DialogActions } from "@/components/ui/dialog";
import { Digest } from "@/components/ui/digest";
import type { GrantDetail } from "@/lib/access/grants/schema";
import { formatTime, type Locale } from "@/lib/format";
import { GROUP_NAMES, type GroupName } from "@/lib/word-lists";

type Values = Opened["values"];

const hasGroup = (values: Values, group: GroupName): boolean =>
  group === "amount" ? "amount" in values || "currency" in values : group in values;

function maskOf(group: GroupName, values: Values): unknown {
  if (group !== "amount") return values[group];
  const { amount, currency } = values;
  return currency === undefined ? amount : { amount, currency };
}

function RecordFields({ one, personName, locale }: { one: Opened; personName: string; locale: Locale }) {
  const names = useTranslations("domain.fields");
  const time = formatTime(new Date(one.openedAt), { locale, form: "minute" });
  const watermark = `${personName} · ${time} · ${one.grant?.reference ?? ""}`;
  return GROUP_NAMES.filter((group) => hasGroup(one.values, group)).map((group) => {
    const of = { transactionId: one.transactionId, accessId: one.accessId, group };
    const label = names(group);
    return (
      <FieldRowFrame key={group} label={label}>
        {one.masked.includes(group) ? (
          <MaskedField value={maskOf(group, one.values)} of={of} />
        ) : (
          <OpenedField
            label={label}
            rows={fieldRows(group, one.values, locale)}
            of={of}
            watermark={watermark}
          />
        )}
      </FieldRowFrame>
    );
  });
}

interface RecordsProps {
  readonly grant: GrantDetail;
  readonly opened: OpenedValues;
  readonly personName: string;
  readonly nowMs: number;
  readonly locale: Locale;
  /** Why the rest was not opened, where only some were. */
  readonly refusal: unknown;
  readonly onClose: () => void;
}

/** The opened records, one below the other. They go blank like those of a transaction's own page. */
export function OpenedRecords(props: RecordsProps) {
  const { grant, opened, personName, nowMs, locale, onClose } = props;
  const t = useTranslations("opening");
  const blank = useTranslations("opening.blank");
  const copies = useTranslations("domain.field.copy");
  const [copied, setCopied] = useState<CopyOutcome | undefined>();
  useCopyGuard(setCopied);
  const [files, setFiles] = useState(0);
  // The grant was read before the opening. Each file opens the records again and is an export.
  const left = {
    id: grant.id,
    viewsLeft: grant.views_left - opened.items.length * (files + 1),
    exportsLeft: grant.exports_left - files,
  };
  const jobs = new Map(grant.jobs.map((job) => [job.transaction_id, job.job_id]));
  return (
    <>
      {opened.items.length === 0 ? null : (
        <p className={`text-control ${endsSoon(grant.not_after, nowMs) ? "text-amber" : "text-ink-2"}`}>
          {t.rich("left", { time: () => <Countdown until={grant.not_after} nowMs={nowMs} /> })}
        </p>
      )}
      {opened.items.map((one) => (
        <section key={one.accessId} className="mt-4">
          <h3 className="flex flex-wrap items-baseline justify-between gap-x-4 border-ink border-b pb-1 font-semibold text-body">
            <Link
              href={`/transactions/${one.transactionId}`}
              prefetch={false}
              className="underline underline-offset-4"
            >
              {jobs.get(one.transactionId) ?? t("record")}
            </Link>
            {one.entryId === undefined ? null : (
              <span className="font-normal text-control text-ink-2">
                {t("entry")} <Digest value={one.entryId} label={t("entry")} />
              </span>
            )}
          </h3>
          <RecordFields one={one} personName={personName} locale={locale} />
        </section>
      ))}
      <p role="status" className="mt-3 text-control text-ink-2">
        {opened.blanked === undefined ? "" : blank(opened.blanked)}
        {copied === undefined ? "" : copies(copied)}
      </p>
      <OpeningRefusal error={props.refusal} />
      {opened.items.length === 0 ? null : (
        <MakeEvidence
          items={opened.items}
          purpose={grant.purpose}
          grant={left}
          onMade={() => setFiles(files + 1)}
        />
      )}
      <DialogActions>
        <Button look="secondary" onClick={onClose}>
          {t("close")}
        </Button>
      </DialogActions>
    </>
  );
}
