"use client";

import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { DialogButton } from "@/components/act/dialog-button";
import { CallRefused, target } from "@/components/client/api";
import { RadioField, SelectField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Notice } from "@/components/ui/states";
import type { createParticipant } from "@/lib/api-client/operations/administration/participants";

const ADD = target<typeof createParticipant>("POST", "/confidential/admin/participants");

/** Ids of participants begin with their role, as pages call it. */
const BEGIN = { client: "client-", miner: "provider-" } as const;
export type NextNumbers = Readonly<Record<keyof typeof BEGIN, number>>;

interface Company {
  readonly id: string;
  readonly name: string;
}

function useExplained() {
  const t = useTranslations("administration.participants.add");
  return (failure: unknown) =>
    failure instanceof CallRefused && failure.problem.code === "participant.exists" ? (
      <Notice tone="oxblood" icon="stop" isLive title={t("failed")}>
        <p>{t("exists")}</p>
      </Notice>
    ) : undefined;
}

const roleOf = (role: string): keyof typeof BEGIN => (role === "miner" ? "miner" : "client");
const offered = (role: string, next: NextNumbers): string => `${BEGIN[roleOf(role)]}${next[roleOf(role)]}`;

/** Keeps offering the next free id of the chosen role, until the person has typed another one. */
function useOfferedId({ hook }: ReturnType<typeof useAdd>, next: NextNumbers): void {
  const { setValue, watch } = hook;
  const [id, role] = watch(["id", "role"]);
  const isOffered = id === offered("client", next) || id === offered("miner", next);
  const wanted = offered(role, next);
  useEffect(() => {
    if (isOffered) setValue("id", wanted);
  }, [isOffered, wanted, setValue]);
}

function useAdd({ companies, next }: Offered, onDone: () => void) {
  const t = useTranslations("administration.participants.add");
  return useForm({
    call: ADD,
    schema: async () => (await import("@/lib/administration/participants/schema")).NewParticipant,
    id: "participant",
    initial: {
      id: offered("client", next),
      organisation: companies.length === 1 ? (companies[0]?.id ?? "") : "",
      role: "client",
      kind: "legal",
    },
    isInDialog: true,
    toBody: ({ id, organisation, role, kind }) => ({
      id: id.trim(),
      organisation_id: organisation === "" ? undefined : organisation,
      role: roleOf(role),
      kind: kind === "natural" ? ("natural" as const) : ("legal" as const),
    }),
    controls: { "/id": "id", "/organisation_id": "organisation", "/role": "role", "/kind": "kind" },
    words: {
      id: { label: t("id"), missing: t("idMissing"), wrong: t("idWrong") },
      organisation: { label: t("organisation"), missing: t("organisationMissing") },
      role: { label: t("role") },
      kind: { label: t("kind") },
    },
    onDone,
  });
}

interface Offered {
  readonly companies: readonly Company[];
  readonly next: NextNumbers;
}

function AddForm({ companies, next, onDone }: Offered & { onDone: () => void }) {
  const t = useTranslations("administration.participants.add");
  const kinds = useTranslations("administration.participants.kinds");
  const roles = useTranslations("portal.roles");
  const explain = useExplained();
  const form = useAdd({ companies, next }, onDone);
  useOfferedId(form, next);
  return (
    <FormFrame form={form} failed={t("failed")} explain={explain} submit={t("submit")}>
      <TextField form={form} name="id" help={t("idHelp")} maxLength={64} spellCheck={false} />
      <SelectField
        form={form}
        name="organisation"
        options={[{ value: "", label: "" }, ...companies.map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <RadioField
        form={form}
        name="role"
        options={[
          { value: "client", label: roles("client") },
          { value: "miner", label: roles("miner") },
        ]}
      />
      <RadioField
        form={form}
        name="kind"
        options={[
          { value: "legal", label: kinds("legal") },
          { value: "natural", label: kinds("natural"), help: t("naturalHelp") },
        ]}
      />
    </FormFrame>
  );
}

/** The drawer that adds a client or provider. */
export function AddParticipant(props: Offered) {
  const t = useTranslations("administration.participants.add");
  return (
    <DialogButton label={t("open")} button={{ look: "primary", icon: "plus" }}>
      {(close) => <AddForm {...props} onDone={close} />}
    </DialogButton>
  );
}
