"use client";

import { useTranslations } from "next-intl";
import { useOpeningHere } from "@/app/(portal)/transactions/[id]/_components/opening/opening-context";
import { Select } from "@/components/form/controls";
import { Field } from "@/components/form/field";

const PURPOSES = ["settlement", "audit", "compliance", "dispute", "support", "reporting"] as const;

/** Where there is something to choose: one of several grants, or a party's purpose. */
export function OpeningChoice({ hasSealed }: { hasSealed: boolean }) {
  const t = useTranslations("transactions.choice");
  const names = useTranslations("domain.fields");
  const purposes = useTranslations("domain.purposes");
  const { way, grant, purpose, opened, chooseGrant, choosePurpose } = useOpeningHere();
  const grants = way.kind === "grant" ? way.grants.filter((one) => one.isUsable) : [];
  const own = way.kind === "own" ? PURPOSES.filter((one) => way.purposes.includes(one)) : [];
  if (grants.length > 1)
    return (
      <Field id="opening-grant" label={t("grant")} help={t("grantHelp")} className="max-w-[420px] py-3">
        {(control) => (
          <Select {...control} value={grant?.id} onChange={(event) => chooseGrant(event.target.value)}>
            {grants.map((one) => (
              <option key={one.id} value={one.id}>
                {one.reference}: {one.fields.map((field) => names(field)).join(", ")}
              </option>
            ))}
          </Select>
        )}
      </Field>
    );
  if (own.length > 1 && hasSealed && opened.items.length === 0)
    return (
      <Field id="opening-purpose" label={t("purpose")} help={t("purposeHelp")} className="max-w-[280px] py-3">
        {(control) => (
          <Select {...control} value={purpose} onChange={(event) => choosePurpose(event.target.value)}>
            {own.map((one) => (
              <option key={one} value={one}>
                {purposes(one)}
              </option>
            ))}
          </Select>
        )}
      </Field>
    );
  return null;
}
