"use client";

import { useTranslations } from "next-intl";
import { Acts, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { Organisation } from "@/lib/administration/organisations/schema";
import type { changeOrganisation } from "@/lib/api-client/operations/administration/organisations";

const CHANGE = target<typeof changeOrganisation>("PATCH", "/confidential/admin/organisations/{id}");

/** Renames an organisation, suspends it, or lets its people act again. The operator's own stays active. */
export function OrganisationActs({ organisation }: { organisation: Organisation }) {
  const t = useTranslations("administration.organisations.acts");
  const person = useTranslations("administration.person.acts");
  const { id, name, kind, state } = organisation;
  const reason = { kind: "reason", label: person("reason"), missing: person("reasonMissing") } as const;
  const common = (key: "rename" | "suspend" | "resume") => ({
    call: CHANGE,
    params: { id },
    label: t(`${key}.label`),
    title: t(`${key}.title`, { name }),
    text: t(`${key}.text`),
    yes: t(`${key}.yes`),
    failed: t("failed"),
  });
  const rename = act<typeof changeOrganisation, "name" | "reason">("rename", {
    ...common("rename"),
    fields: {
      name: { kind: "line", label: person("name"), missing: person("nameMissing"), maxLength: 200 },
      reason,
    },
    body: (answers) => answers,
  });
  const key = state === "active" ? "suspend" : "resume";
  const change = act<typeof changeOrganisation, "reason">(key, {
    ...common(key),
    fields: { reason },
    body: ({ reason: why }) => ({ state: state === "active" ? "suspended" : "active", reason: why }),
    danger: state === "active",
  });
  return <Acts acts={kind === "operator" ? [rename] : [rename, change]} />;
}
