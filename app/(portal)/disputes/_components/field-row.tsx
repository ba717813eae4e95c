"use client";

import { useTranslations } from "next-intl";
import type { Opened } from "@/components/client/blank-rules";
import { MaskedField, SealedField } from "@/components/domain/field-box";
import type { GroupName } from "@/lib/vocabulary";

/** Amount and currency are siblings in an answer; every other group is one member. */
function maskOf(group: GroupName, values: Readonly<Record<string, unknown>>): unknown {
  if (group !== "amount") return values[group];
  const { amount, currency } = values;
  return currency === undefined ? amount : { amount, currency };
}

/** One group of the record: its masks, or sealed. */
export function FieldRow(props: {
  group: GroupName;
  /** The custodian's answer; undefined before the first view. */
  opened: Opened | undefined;
  /** Whether the dispute reaches this group. */
  isIncluded: boolean;
  /** For how many participants it is sealed. */
  parties: number;
}) {
  const t = useTranslations("disputes.record");
  const fields = useTranslations("domain.fields");
  const { group, opened } = props;
  const mask = opened === undefined ? undefined : maskOf(group, opened.values);
  return (
    <div className="border-line border-b pt-3 pb-4">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-medium text-body">{fields(group)}</h3>
        {props.isIncluded ? null : <p className="text-control text-ink-2">{t("notIncluded")}</p>}
      </div>
      {opened === undefined || mask === undefined ? (
        <SealedField parties={props.parties} />
      ) : (
        <MaskedField
          value={mask}
          of={{ transactionId: opened.transactionId, accessId: opened.accessId, group }}
        />
      )}
    </div>
  );
}
