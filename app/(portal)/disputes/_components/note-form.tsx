"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { addDisputeNote } from "@/lib/api-client/operations/disputes";

const SEND = target<typeof addDisputeNote>("POST", "/confidential/disputes/{id}/notes");

/** The form for a message to the other people in the dispute. */
export function NoteForm(props: { disputeId: string; isParty: boolean; onDone: () => void }) {
  const { disputeId, isParty, onDone } = props;
  const t = useTranslations("disputes.notes");
  const form = useForm({
    call: SEND,
    params: { id: disputeId },
    schema: async () => (await import("@/lib/disputes/schema")).NewNote,
    id: "note",
    initial: { text: "" },
    toBody: ({ text }) => ({ text }),
    controls: { "/text": "text" },
    words: { text: { label: t(isParty ? "labelParty" : "label") } },
    isInDialog: true,
    onDone,
  });
  return (
    <FormFrame form={form} submit={t("send")}>
      <AreaField form={form} name="text" help={t("help")} maxLength={4_000} />
    </FormFrame>
  );
}
