"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { useDutyOptions, useExplained, useRoleOptions } from "@/components/domain/standing-words";
import { AreaField, BoxesField, SelectField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { PersonDetail } from "@/lib/administration/people/schema";
import type { changeDuties } from "@/lib/api-client/operations/administration/people";
import { DUTIES, ROLES } from "@/lib/word-lists";

const CHANGE = target<typeof changeDuties>("POST", "/confidential/admin/users/{id}/duties");

function DutiesForm({ person }: { person: PersonDetail }) {
  const t = useTranslations("administration.duties");
  const invite = useTranslations("administration.invite");
  const roleOptions = useRoleOptions(person.role);
  const router = useRouter();
  const explain = useExplained(t("failed"));
  const options = useDutyOptions();
  const given: string[] = [...person.duties];
  const form = useForm({
    call: CHANGE,
    params: { id: person.id },
    schema: async () => (await import("@/lib/administration/people/schema")).DutiesBody,
    id: "duties",
    initial: { role: person.role as string, duties: given, reason: "" },
    isInDialog: true,
    toBody: ({ role, duties, reason }) => ({
      role: ROLES.find((one) => one === role),
      duties: DUTIES.filter((duty) => duties.includes(duty)),
      reason: reason.trim(),
    }),
    controls: { "/role": "role", "/duties": "duties", "/reason": "reason" },
    words: {
      role: { label: invite("role"), wrong: invite("roleWrong") },
      duties: { label: invite("duties"), wrong: invite("dutiesWrong") },
      reason: { label: invite("reason"), missing: invite("reasonMissing") },
    },
    onDone: ({ id }) => router.push(`/agreements/${id}`),
    refreshes: false,
  });
  return (
    <FormFrame form={form} failed={t("failed")} explain={explain} submit={t("submit")}>
      <p className="text-control text-ink-2">{t("text", { name: person.name })}</p>
      <SelectField form={form} name="role" options={roleOptions} />
      <BoxesField form={form} name="duties" options={options} />
      <AreaField form={form} name="reason" help={invite("reasonHelp")} maxLength={1_000} rows={2} />
    </FormFrame>
  );
}

/** The drawer that asks for another role or other duties of a person. */
export function ChangeDuties({ person }: { person: PersonDetail }) {
  const t = useTranslations("administration.duties");
  return (
    <DialogButton label={t("open")} title={t("title", { name: person.name })}>
      {() => <DutiesForm person={person} />}
    </DialogButton>
  );
}
