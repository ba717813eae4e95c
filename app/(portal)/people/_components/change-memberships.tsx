"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { useExplained } from "@/components/domain/standing-words";
import { AreaField, BoxesField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { PersonDetail } from "@/lib/administration/people/schema";
import type { changeMemberships } from "@/lib/api-client/operations/administration/people";

const CHANGE = target<typeof changeMemberships>("POST", "/confidential/admin/users/{id}/memberships");

interface OfPerson {
  readonly person: PersonDetail;
  /** All organisations that a person can belong to. */
  readonly organisations: readonly { readonly id: string; readonly name: string }[];
}

function MembershipsForm({ person, organisations }: OfPerson) {
  const t = useTranslations("administration.memberships");
  const router = useRouter();
  const explain = useExplained(t("failed"));
  const own = person.organisation.id;
  const others = organisations.filter(({ id }) => id !== own);
  const form = useForm({
    call: CHANGE,
    params: { id: person.id },
    schema: async () => (await import("@/lib/administration/people/schema")).MembershipsBody,
    id: "memberships",
    initial: {
      organisations: person.memberships.map(({ id }) => id).filter((id) => id !== own),
      reason: "",
    },
    isInDialog: true,
    toBody: ({ organisations: chosen, reason }) => ({
      organisation_ids: [own, ...chosen],
      reason: reason.trim(),
    }),
    controls: { "/organisation_ids": "organisations", "/reason": "reason" },
    words: {
      organisations: { label: t("organisations"), wrong: t("same", { name: person.name }) },
      reason: { label: t("reason"), missing: t("reasonMissing") },
    },
    onDone: ({ id }) => router.push(`/agreements/${id}`),
    refreshes: false,
  });
  return (
    <FormFrame form={form} failed={t("failed")} explain={explain} submit={t("submit")}>
      <p className="text-control text-ink-2">{t("text", { name: person.name })}</p>
      <BoxesField
        form={form}
        name="organisations"
        options={others.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <AreaField form={form} name="reason" maxLength={1_000} rows={2} />
    </FormFrame>
  );
}

/** The drawer that asks for the organisations that a person also belongs to. */
export function ChangeMemberships(props: OfPerson) {
  const t = useTranslations("administration.memberships");
  return (
    <DialogButton label={t("open")} title={t("title", { name: props.person.name })}>
      {() => <MembershipsForm {...props} />}
    </DialogButton>
  );
}
