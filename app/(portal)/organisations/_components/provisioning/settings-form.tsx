"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { AreaField, SelectField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { roleKey } from "@/components/layout/role-words";
import type { Provisioning } from "@/lib/administration/provisioning/schema";
import { groupOfLine, lineOfGroup, linesOf } from "@/lib/administration/typed-lines-schema";
import type { setProvisioning } from "@/lib/api-client/operations/administration/provisioning";

const PUT = target<typeof setProvisioning>("PUT", "/confidential/admin/organisations/{id}/provisioning");

/** Roles that a person without a group can have, by the kind of organisation. */
const ORDINARY: Readonly<Record<string, readonly string[]>> = {
  agency: ["regulator", "auditor"],
  company: ["client", "miner"],
  operator: [],
};

interface Typed {
  readonly domains: string;
  readonly role: string;
  readonly participant: string;
  readonly groups: string;
  readonly reason: string;
}

function useSettings({ id, settings }: Provisioning) {
  const t = useTranslations("provisioning.form");
  const router = useRouter();
  return useForm<typeof setProvisioning, Typed>({
    call: PUT,
    params: { id },
    schema: async () => (await import("@/lib/administration/provisioning/schema")).ProvisioningChange,
    id: "provisioning",
    initial: {
      domains: (settings?.email_domains ?? []).join("\n"),
      role: settings?.role ?? "",
      participant: settings?.participant_id ?? "",
      groups: (settings?.groups ?? []).map(lineOfGroup).join("\n"),
      reason: "",
    },
    toBody: ({ domains, role, participant, groups, reason }) => ({
      email_domains: linesOf(domains.toLowerCase()),
      ...(role === "" ? {} : { role: roleKey(role) }),
      ...(participant.trim() === "" ? {} : { participant_id: participant.trim() }),
      groups: linesOf(groups).map(groupOfLine),
      reason: reason.trim(),
    }),
    controls: {
      "/email_domains": "domains",
      "/role": "role",
      "/participant_id": "participant",
      "/groups": "groups",
      "/reason": "reason",
    },
    words: {
      domains: { label: t("domains"), missing: t("domainsWrong"), wrong: t("domainsWrong") },
      role: { label: t("role") },
      participant: { label: t("participant"), missing: t("participantMissing") },
      groups: { label: t("groups"), missing: t("groupsWrong"), wrong: t("groupsWrong") },
      reason: { label: t("reason"), missing: t("reasonMissing") },
    },
    isInDialog: true,
    onDone: ({ id: agreement }) => router.push(`/agreements/${agreement}`),
    refreshes: false,
  });
}

/** Domains, the ordinary role, and which group gives which role and duties. A second administrator agrees. */
function SettingsForm({ provisioning, kind }: { provisioning: Provisioning; kind: string }) {
  const t = useTranslations("provisioning.form");
  const roles = useTranslations("portal.roles");
  const form = useSettings(provisioning);
  const ordinary = ORDINARY[kind] ?? [];
  return (
    <FormFrame form={form} submit={t("submit")}>
      {kind === "agency" ? null : <AreaField form={form} name="domains" help={t("domainsHelp")} rows={2} />}
      {ordinary.length === 0 ? null : (
        <SelectField
          form={form}
          name="role"
          help={t("roleHelp")}
          options={[
            { value: "", label: t("noRole") },
            ...ordinary.map((value) => ({ value, label: roles(roleKey(value)) })),
          ]}
        />
      )}
      {kind === "company" ? <TextField form={form} name="participant" help={t("participantHelp")} /> : null}
      <AreaField form={form} name="groups" help={t("groupsHelp")} spellCheck={false} />
      <AreaField form={form} name="reason" rows={2} />
    </FormFrame>
  );
}

/** The drawer that asks for other settings of provisioning, or for its first ones. */
export function ChangeSettings(props: { provisioning: Provisioning; kind: string }) {
  const t = useTranslations("provisioning.form");
  return (
    <DialogButton
      label={t(props.provisioning.settings === null ? "begin" : "change")}
      title={t("title")}
      button={{ size: "bar" }}
    >
      {() => <SettingsForm {...props} />}
    </DialogButton>
  );
}
