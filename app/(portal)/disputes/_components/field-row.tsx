"use client";

import { useTranslations } from "next-intl";
import { MaskedTree } from "@/components/domain/masked-tree";
import { SealGlyph } from "@/components/domain/seal-glyph";
import { Tag } from "@/components/ui/tag";
import type { GroupName } from "@/lib/escrow/statements";

/** Amount and currency are siblings in an answer; every other group is one member. */
function maskOf(group: GroupName, values: Readonly<Record<string, unknown>>): unknown {
  if (group !== "amount") return values[group];
  const { amount, currency } = values;
  return currency === undefined ? amount : { amount, currency };
}

/** One group of the record: its masks, or that it is sealed. */
export function FieldRow(props: {
  group: GroupName;
  /** What the custodian answered; nothing while nobody has looked. */
  values: Readonly<Record<string, unknown>> | undefined;
  /** Whether the dispute reaches this group. */
  isIncluded: boolean;
}) {
  const t = useTranslations("disputes.record");
  const fields = useTranslations("domain.fields");
  const mask = props.values === undefined ? undefined : maskOf(props.group, props.values);
  const isMasked = mask !== undefined;
  return (
    <div className="border-line border-b py-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-medium text-body">{fields(props.group)}</h3>
        <Tag tone="plain" glyph={<SealGlyph state={isMasked ? "masked" : "sealed"} size={14} />}>
          {isMasked ? t("masked") : t(props.isIncluded ? "sealed" : "notIncluded")}
        </Tag>
      </div>
      {isMasked ? (
        <div className="mt-2 rounded-field border border-line-2 px-3 py-2">
          <MaskedTree value={mask} />
        </div>
      ) : null}
    </div>
  );
}
